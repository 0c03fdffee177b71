import Diagnostics

/// One way to go on at the cursor.
package struct CompletionItem: Equatable, Sendable {
  /// The text that replaces `replaceRange`, with the `: ` or blank that should follow.
  package var insert: String
  /// The text shown in the list.
  package var display: String
  /// One line that says what it is; may be empty.
  package var description: String
  /// UTF-8 offsets into the input.
  package var replaceRange: Range<Int>

  package init(
    insert: String, display: String, description: String = "", replaceRange: Range<Int>
  ) {
    self.insert = insert
    self.display = display
    self.description = description
    self.replaceRange = replaceRange
  }

  /// The same with texts for a list, where each stands in one line.
  var visible: CompletionItem {
    CompletionItem(
      insert: insert, display: VisibleText.onOneLine(display),
      description: VisibleText.onOneLine(description), replaceRange: replaceRange)
  }
}
