/// What the language says about the text at the prompt when Enter is pressed.
package enum InputState: Equatable, Sendable {
  /// A whole cell: Enter submits it.
  case complete
  /// More must follow: Enter inserts a newline and this many blanks.
  case incomplete(indent: Int)
  /// Wrong however it goes on: Enter submits it, so that the error is shown.
  case invalid

  /// Blanks to insert after a newline, or nil when Enter submits.
  package var continuationIndent: Int? {
    if case .incomplete(let indent) = self { return max(0, indent) }
    return nil
  }
}

/// What one prompt brought.
package enum Reading: Equatable, Sendable {
  /// A whole cell, of one line or several, without its last newline.
  case line(String)
  /// Ctrl-C: the text is dropped, a fresh prompt is due.
  case interrupted
  /// Ctrl-D on an empty line, or the end of the file.
  case endOfFile
}
