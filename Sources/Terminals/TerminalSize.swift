import CEditLine

/// Columns and rows of a terminal.
package struct TerminalSize: Equatable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  /// The size of the terminal on this descriptor, or nil when it is a file or a pipe.
  package static func of(descriptor: Int32) -> TerminalSize? {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard unsafe cedit_terminal_size(descriptor, &columns, &rows) else { return nil }
    return TerminalSize(columns: Int(columns), rows: Int(rows))
  }

  /// The pixels of a character of the terminal on this descriptor, across and down; nil where it does not say.
  package static func cell(descriptor: Int32) -> (width: Int, height: Int)? {
    var width: Int32 = 0
    var height: Int32 = 0
    guard unsafe cedit_cell_size(descriptor, &width, &height) else { return nil }
    return (Int(width), Int(height))
  }
}
