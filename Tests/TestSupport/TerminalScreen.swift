/// What a terminal shows after some output: enough of xterm for line editors and progress lines.
package struct TerminalScreen {
  package private(set) var columns: Int
  package private(set) var rows: Int
  /// Rows from the first output on, those that scrolled away included; `nil` is the right half of a
  /// wide character.
  private var cells: [[Character?]] = [[]]
  private var row = 0
  private var column = 0
  private var pendingEscape = ""
  private var savedCursor: (row: Int, column: Int)?
  private var modes: Set<String> = []
  /// Columns of one character.
  private let width: (Character) -> Int

  package init(columns: Int, rows: Int, width: @escaping (Character) -> Int = { _ in 1 }) {
    self.columns = columns
    self.rows = rows
    self.width = width
  }

  /// Lines without their trailing blanks.
  package var lines: [String] {
    cells.map { row in
      let text = String(row.compactMap { $0 })
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  package var text: String { lines.joined(separator: "\n") }
  /// The line in which the cursor stands, and its column from 0.
  package var cursorLine: String { row < lines.count ? lines[row] : "" }
  package var cursorColumn: Int { column }
  /// Private modes that are on, as `2004`.
  package var activeModes: Set<String> { modes }

  package mutating func resize(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }

  package mutating func feed(_ output: String) {
    for character in output {
      if !pendingEscape.isEmpty {
        pendingEscape.append(character)
        if isWhole(pendingEscape) {
          apply(pendingEscape)
          pendingEscape = ""
        }
      } else if character == "\u{1B}" {
        pendingEscape = "\u{1B}"
      } else {
        put(character)
      }
    }
  }

  private func isWhole(_ escape: String) -> Bool {
    guard let kind = escape.dropFirst().first else { return false }
    // images: strings up to their terminator
    if "P_".contains(kind) { return escape.hasSuffix("\u{1B}\\") }
    guard kind == "[" else { return true }
    return escape.count > 2 && (escape.last.map { $0.isLetter || "@~`".contains($0) } ?? false)
  }

  private mutating func put(_ character: Character) {
    switch character {
    case "\r": column = 0
    case "\n": row += 1
    case "\r\n":
      column = 0
      row += 1
    case "\u{8}": column = max(0, column - 1)
    case "\u{7}", "\0": break
    case "\t": column = min(columns - 1, (column / 8 + 1) * 8)
    default: print(character)
    }
    growRows()
  }

  private mutating func growRows() {
    while cells.count <= row { cells.append([]) }
  }

  private mutating func print(_ character: Character) {
    let size = max(1, width(character))
    if column + size > columns {
      column = 0
      row += 1
      growRows()
    }
    while cells[row].count < column + size { cells[row].append(" ") }
    cells[row][column] = character
    for half in 1..<max(1, size) where size > 1 { cells[row][column + half] = nil }
    column += size
  }

  private mutating func apply(_ escape: String) {
    if escape == "\u{1B}7" { savedCursor = (row, column) }
    if escape == "\u{1B}8", let saved = savedCursor { (row, column) = saved }
    guard escape.hasPrefix("\u{1B}["), let command = escape.last else { return }
    let body = escape.dropFirst(2).dropLast()
    if body.hasPrefix("?") {
      let mode = String(body.dropFirst())
      if command == "h" { modes.insert(mode) } else { modes.remove(mode) }
      return
    }
    let numbers = body.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let first = numbers.first ?? 0
    let count = max(1, first)
    let top = max(0, cells.count - rows)
    switch command {
    case "A": row = max(top, row - count)
    case "B": row += count
    case "C": column = min(columns - 1, column + count)
    case "D": column = max(0, column - count)
    case "G": column = min(columns, count) - 1
    case "H": (row, column) = (top + count - 1, max(1, numbers.count > 1 ? numbers[1] : 1) - 1)
    case "K": eraseLine(mode: first)
    case "J": eraseScreen(mode: first, top: top)
    case "P": eraseCharacters(count)
    case "@": insertBlanks(count)
    default: break
    }
    growRows()
  }

  /// What is pushed over the right edge is lost.
  private mutating func insertBlanks(_ count: Int) {
    while cells[row].count < column { cells[row].append(" ") }
    cells[row].insert(contentsOf: repeatElement(" ", count: count), at: column)
    cells[row].removeLast(max(0, cells[row].count - columns))
  }

  private mutating func eraseCharacters(_ count: Int) {
    let start = min(column, cells[row].count)
    cells[row].removeSubrange(start..<min(start + count, cells[row].count))
  }

  private mutating func eraseLine(mode: Int) {
    switch mode {
    case 0: cells[row].removeSubrange(min(column, cells[row].count)...)
    case 1:
      for index in 0..<min(column + 1, cells[row].count) { cells[row][index] = " " }
    default: cells[row] = []
    }
  }

  private mutating func eraseScreen(mode: Int, top: Int) {
    if mode == 0 {
      eraseLine(mode: 0)
      cells.removeSubrange((row + 1)...)
    } else {
      for index in top..<cells.count { cells[index] = [] }
    }
  }
}
