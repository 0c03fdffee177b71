import Diagnostics

/// Why a chat template cannot be found or cannot render a conversation.
package enum ChatTemplateError: Error, Equatable, CustomStringConvertible {
  case unknownName(String)
  /// A model's own template that cannot be run: the reason says why, and `nearest` names the format that
  /// is most like it.
  case unrecognised(reason: String, nearest: String?)
  /// A conversation that the format has no text for; the message counts from 1.
  case conversation(message: Int, template: String, reason: String)

  package var description: String {
    switch self {
    case .unknownName(let name):
      let names = ChatTemplate.names
      let near =
        NearestName.nearest(to: name, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
      return "There is no chat template \"\(name)\".\(near) The templates are "
        + names.joined(separator: ", ") + "."
    case .unrecognised(let reason, let nearest):
      return "The model's own chat template cannot be used: \(reason). "
        + "Choose one by name, for example template: \(nearest ?? "chatml")."
    case .conversation(let message, let template, let reason):
      return "Message \(message) does not fit \(Self.template(template)): \(reason)."
    }
  }

  /// What a template is called in messages, by its name.
  package static func template(_ name: String) -> String {
    name == ChatTemplate.ownName ? "the model's own template" : "the template \(name)"
  }
}
