import Diagnostics

/// Up and Down through earlier cells, made visible. Up with typed text visits only the cells that start with what
/// stands before the cursor.
package struct HistoryBrowser: Sendable {
  /// Oldest first.
  package private(set) var cells: [String]
  private var position: Int?
  private var prefix = ""
  private var typed = ""
  private var shown: String?

  package init(cells: [String] = []) {
    self.cells = cells.map { VisibleText.escaped($0) }
  }

  /// Adds a cell that was just submitted and starts anew from the end.
  package mutating func append(_ cell: String) {
    let cell = VisibleText.escaped(cell)
    if cells.last != cell { cells.append(cell) }
    leave()
  }

  /// Forgets where browsing stood: a new prompt.
  package mutating func leave() {
    position = nil
    shown = nil
  }

  /// The nearest earlier cell that differs from what is shown, or nil when there is none.
  ///
  /// - Parameters:
  ///   - text: the input as it is.
  ///   - beforeCursor: the part of it before the cursor, the prefix of a new search.
  package mutating func earlier(than text: String, beforeCursor: String) -> String? {
    if position == nil || shown != text {
      position = cells.count
      typed = text
      prefix = beforeCursor
    }
    var index = min(position ?? cells.count, cells.count) - 1
    while index >= 0, cells[index] == text || !cells[index].hasPrefix(prefix) { index -= 1 }
    guard index >= 0 else { return nil }
    return show(cells[index], at: index)
  }

  /// The nearest later cell, then the text with which browsing began; nil when not browsing.
  package mutating func later(than text: String) -> String? {
    guard let start = position, shown == text else { return nil }
    var index = start + 1
    while index < cells.count, cells[index] == text || !cells[index].hasPrefix(prefix) {
      index += 1
    }
    if index < cells.count { return show(cells[index], at: index) }
    leave()
    return typed
  }

  private mutating func show(_ cell: String, at index: Int) -> String {
    position = index
    shown = cell
    return cell
  }
}
