import Tokenizers

/// One row of a dataset, free of its file's format.
package struct Example: Equatable, Sendable {
  package enum Content: Equatable, Hashable, Sendable {
    /// A conversation, or a prompt and its completion as a user's and an assistant's message.
    case messages([Message])
    /// Text to continue, without a prompt.
    case text(String)
    /// Texts one after the other as they stand, with nothing between.
    case segments([TextSegment])
  }

  /// A text of a row, and whether it is to be learnt.
  package struct TextSegment: Equatable, Hashable, Sendable {
    package var text: String
    package var isTrained: Bool

    package init(_ text: String, isTrained: Bool) {
      (self.text, self.isTrained) = (text, isTrained)
    }
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
