/// One turn of a conversation.
package struct Message: Equatable, Hashable, Sendable {
  package enum Role: String, Sendable, CaseIterable {
    case system, user, assistant, tool
  }

  package var role: Role
  package var content: String
  /// What an instruction works on (Alpaca's `input`); empty if nothing. Formats without a place for
  /// it put it after the content and a blank line.
  package var context: String
  /// Whether a reply counts in the loss. True for every assistant message unless its row says no.
  package var isTrained: Bool

  package init(_ role: Role, _ content: String, context: String = "", isTrained: Bool? = nil) {
    self.role = role
    self.content = content
    self.context = context
    self.isTrained = isTrained ?? (role == .assistant)
  }

  var fullContent: String { context.isEmpty ? content : content + "\n\n" + context }
}
