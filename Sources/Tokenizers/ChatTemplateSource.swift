/// A model's own chat template as its files have it.
package enum ChatTemplateSource: Equatable, Sendable {
  /// A Jinja program, and the one that takes its place in conversations that offer tools, where there is one.
  case jinja(String, tools: String? = nil)
  /// The files have templates and none that could be taken; the text says why.
  case unusable(String)

  /// The name under which files have the template for conversations that offer tools.
  package static let toolUse = "tool_use"
}
