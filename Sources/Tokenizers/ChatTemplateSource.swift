/// A model's own chat template as its files have it.
package enum ChatTemplateSource: Equatable, Sendable {
  /// A Jinja program.
  case jinja(String)
  /// The files have templates and none that could be taken; the text says why.
  case unusable(String)
}
