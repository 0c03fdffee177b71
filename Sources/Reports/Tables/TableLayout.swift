import Diagnostics
import RecipeLanguage

/// A table in a box.
package struct TableLayout: Sendable {
  let page: TextPage
  /// More rows than this show the first and the last ones; nil shows all.
  let rowLimit: Int?

  package init(_ page: TextPage, rowLimit: Int? = 40) {
    self.page = page
    self.rowLimit = rowLimit
  }

  private var ellipsis: String { page.isUnicode ? "…" : "..." }

  /// The box with titles. Texts that are too wide for it go on below themselves, and what is longer than
  /// some lines is cut.
  package func box(_ table: TextTable) -> [String] {
    guard !table.columns.isEmpty else { return [] }
    let shown = table.rows.map { row in row.map(Self.onOneLine) }
    let titles = table.titles.map(Self.onOneLine)
    let (first, last) = visibleRows(of: shown)
    let widths = fittedWidths(table, rows: [titles] + first + last)
    let lines = page.isUnicode ? BoxLines.unicode : BoxLines.ascii
    var text = [lines.rule(.top, widths)]
    let cut = zip(titles, widths).map { DisplayWidth.truncated($0, to: $1, mark: ellipsis) }
    text.append(boxRow(cut, table, widths, lines, isTitle: true))
    text.append(lines.rule(.middle, widths))
    let rows = (first + last).map { wrapped($0, table, widths) }
    // where a row takes several lines, something must tell where it ends
    let rule = rows.contains { $0.count > 1 } ? [lines.rule(.middle, widths)] : []
    var blocks = rows.map { row in row.map { boxRow($0, table, widths, lines) } }
    if !last.isEmpty {
      let omitted = NumberText.grouped(shown.count - first.count - last.count)
      let note = "\(ellipsis) \(omitted) rows omitted \(ellipsis)"
      blocks.insert([spanning(note, widths, lines)], at: first.count)
    }
    text += blocks.joined(separator: rule)
    text.append(lines.rule(.bottom, widths))
    return text
  }

  private func visibleRows(of rows: [[String]]) -> (first: [[String]], last: [[String]]) {
    guard let rowLimit, rows.count > max(2, rowLimit) else { return (rows, []) }
    let last = max(1, rowLimit / 2)
    let first = max(1, rowLimit - last)
    return (Array(rows.prefix(first)), Array(rows.suffix(last)))
  }

  /// Text of so many columns can be read on several lines.
  private static let leastText = 14

  /// Columns that the box takes with its texts as narrow as they may be.
  package func leastWidth(of table: TextTable) -> Int {
    table.columns.indices.reduce(1) { total, index in
      let cells = ([table.titles] + table.rows).map { DisplayWidth.of(Self.onOneLine($0[index])) }
      let widest = cells.max() ?? 0
      return total + (table.columns[index].kind == .text ? min(widest, Self.leastText) : widest) + 3
    }
  }

  /// Widths that make the box fit: the widest text column gives way first, down to four columns.
  private func fittedWidths(_ table: TextTable, rows: [[String]]) -> [Int] {
    var widths = table.columns.indices.map { index in
      rows.map { DisplayWidth.of($0[index]) }.max() ?? 0
    }
    var excess = widths.reduce(1) { $0 + $1 + 3 } - page.columns
    while excess > 0 {
      let candidates = widths.indices.filter {
        table.columns[$0].kind == .text && widths[$0] > 4
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  /// More lines than this of one text are cut.
  private static let mostLines = 6

  /// A row as the lines that it takes.
  private func wrapped(_ row: [String], _ table: TextTable, _ widths: [Int]) -> [[String]] {
    let cells = row.indices.map { index -> [String] in
      let (text, width) = (row[index], widths[index])
      guard table.columns[index].kind == .text, DisplayWidth.of(text) > width else { return [text] }
      var parts = WrappedText.lines(text, columns: width)
      guard parts.count > Self.mostLines else { return parts }
      let rest = parts[(Self.mostLines - 1)...].joined(separator: " ")
      parts.removeSubrange((Self.mostLines - 1)...)
      return parts + [DisplayWidth.truncated(rest, to: width, mark: ellipsis)]
    }
    let height = cells.map(\.count).max() ?? 1
    return (0..<height).map { line in cells.map { line < $0.count ? $0[line] : "" } }
  }

  private func boxRow(
    _ row: [String], _ table: TextTable, _ widths: [Int], _ lines: BoxLines, isTitle: Bool = false
  ) -> String {
    let cells = zip(row, widths).enumerated().map { index, cell in
      let (text, width) = cell
      let alignment: DisplayWidth.Alignment = table.columns[index].kind == .text ? .left : .right
      let padded = DisplayWidth.padded(text, to: width, alignment: alignment)
      return isTitle ? page.style(.heading, padded) : padded
    }
    let bar = lines.bar
    return "\(bar) " + cells.joined(separator: " \(bar) ") + " \(bar)"
  }

  private func spanning(_ text: String, _ widths: [Int], _ lines: BoxLines) -> String {
    let room = widths.reduce(-3) { $0 + $1 + 3 }
    let cut = DisplayWidth.truncated(text, to: room)
    let left = (room - DisplayWidth.of(cut)) / 2
    let padded = DisplayWidth.padded(String(repeating: " ", count: left) + cut, to: room)
    return "\(lines.bar) " + page.style(.dim, padded) + " \(lines.bar)"
  }

  private static func onOneLine(_ text: String) -> String {
    let text = VisibleText.escaped(text)
    guard text.utf8.contains(where: { $0 < 32 }) else { return text }
    return String(
      text.map { $0 == "\n" || $0 == "\r\n" ? "↵" : $0 == "\t" ? " " : $0 })
  }
}
