import Tokenizers

/// One row of a dataset, free of its file's format.
package struct Example: Equatable, Sendable {
  package enum Content: Equatable, Hashable, Sendable {
    /// A conversation, or a prompt and its completion as a user's and an assistant's message.
    case messages([Message])
    /// Text to continue, without a prompt.
    case text(String)
  }

  package var content: Content
  /// The line of the file where the row begins, from 1.
  package var line: Int
  /// The row's file, where a dataset has several.
  package var file: String?

  package init(_ content: Content, line: Int, file: String? = nil) {
    self.content = content
    self.line = line
    self.file = file
  }
}
