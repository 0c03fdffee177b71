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

  /// The box with titles, shortened to fit.
  package func box(_ table: TextTable) -> [String] {
    guard !table.columns.isEmpty else { return [] }
    let shown = table.rows.map { row in row.map(Self.onOneLine) }
    let titles = table.titles.map(Self.onOneLine)
    let (first, last) = visibleRows(of: shown)
    let widths = fittedWidths(table, rows: [titles] + first + last)
    let lines = page.isUnicode ? BoxLines.unicode : BoxLines.ascii
    var text = [lines.rule(.top, widths)]
    text.append(boxRow(titles, table, widths, lines, isTitle: true))
    text.append(lines.rule(.middle, widths))
    text += first.map { boxRow($0, table, widths, lines) }
    if !last.isEmpty {
      let omitted = NumberText.grouped(shown.count - first.count - last.count)
      text.append(spanning("\(ellipsis) \(omitted) rows omitted \(ellipsis)", widths, lines))
      text += last.map { boxRow($0, table, widths, lines) }
    }
    text.append(lines.rule(.bottom, widths))
    return text
  }

  private func visibleRows(of rows: [[String]]) -> (first: [[String]], last: [[String]]) {
    guard let rowLimit, rows.count > max(2, rowLimit) else { return (rows, []) }
    let last = max(1, rowLimit / 2)
    let first = max(1, rowLimit - last)
    return (Array(rows.prefix(first)), Array(rows.suffix(last)))
  }

  /// Text of so many columns still tells something when the rest is cut off.
  private static let leastText = 16

  /// Columns that the box takes with its texts cut as far as they may be.
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

  private func boxRow(
    _ row: [String], _ table: TextTable, _ widths: [Int], _ lines: BoxLines, isTitle: Bool = false
  ) -> String {
    let cells = zip(row, widths).enumerated().map { index, cell in
      let (text, width) = cell
      let cut = DisplayWidth.truncated(text, to: width, mark: ellipsis)
      let alignment: DisplayWidth.Alignment = table.columns[index].kind == .text ? .left : .right
      let padded = DisplayWidth.padded(cut, to: width, alignment: alignment)
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
