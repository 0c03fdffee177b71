import Diagnostics
import RecipeLanguage
import Sessions

/// A heat map in characters: the darker a place, the larger its number, which stands beside the shade where there is
/// room.
struct HeatMapText {
  private let map: Figure.HeatMap
  private let figure: Figure
  private let page: TextPage
  private let range: ClosedRange<Double>?

  private var shades: [Character] { Array(page.isUnicode ? "·░▒▓█" : ".-+*#") }

  init(_ map: Figure.HeatMap, of figure: Figure, on page: TextPage) {
    self.map = map
    self.figure = figure
    self.page = page
    range = ClosedRange(spanning: map.values.joined().compactMap(\.self).filter(\.isFinite))
  }

  var lines: [String] {
    guard let range, !map.columns.isEmpty else { return [] }
    let names = map.rows.map { VisibleText.onOneLine($0) }
    let nameWidth = min(page.columns / 3, names.map { DisplayWidth.of($0) }.max() ?? 0)
    let room = page.columns - nameWidth - 2
    let showsNumbers = room / map.columns.count >= Self.numberWidth
    // as wide as there is room for, and at least a character for each column
    let width = showsNumbers ? Self.numberWidth : max(1, min(4, room / map.columns.count))
    let shown = min(map.columns.count, max(1, room / width))
    var lines = zip(names, map.values).map { name, row in
      DisplayWidth.padded(
        DisplayWidth.truncated(name, to: nameWidth), to: nameWidth, alignment: .right) + " "
        + row.prefix(shown).map { showsNumbers ? numbered($0) : cell($0, width) }.joined()
    }
    lines.append(
      showsNumbers
        ? columnNames(nameWidth: nameWidth) : axis(nameWidth: nameWidth, shown: shown, width: width)
    )
    lines.append(
      "\(figure.y): \(shades[0]) \(NumberText.significant(range.lowerBound))  "
        + "\(shades[shades.count - 1]) \(NumberText.significant(range.upperBound))")
    if shown < map.columns.count {
      lines.append("not drawn: the last \(map.columns.count - shown) of \(map.columns.count)")
    }
    return lines.map { line in
      let shown = line.reversed().drop { $0 == " " }.reversed()
      return DisplayWidth.truncated(String(shown), to: page.columns)
    }
  }

  /// Two shades, a number and the blanks around it.
  private static let numberWidth = 12

  private func numbered(_ value: Double?) -> String {
    let number = value.map { $0.isFinite ? NumberText.significant($0, digits: 3) : "\($0)" } ?? ""
    return DisplayWidth.padded(
      DisplayWidth.truncated(cell(value, 2) + " " + number, to: Self.numberWidth - 1),
      to: Self.numberWidth)
  }

  /// What the columns stand for, below each of them, and what they count behind.
  private func columnNames(nameWidth: Int) -> String {
    let columns = map.columns.map {
      DisplayWidth.padded(
        DisplayWidth.truncated(VisibleText.onOneLine($0), to: Self.numberWidth - 1),
        to: Self.numberWidth)
    }
    let blanks = String(repeating: " ", count: nameWidth + 1)
    return blanks + columns.joined() + VisibleText.onOneLine(figure.x)
  }

  private func axis(nameWidth: Int, shown: Int, width: Int) -> String {
    let first = "\(figure.x) \(map.columns[0])"
    let last = shown > 1 ? map.columns[shown - 1] : ""
    let gap = shown * width - DisplayWidth.of(first) - DisplayWidth.of(last)
    let blanks = String(repeating: " ", count: nameWidth + 1)
    return blanks + first + (gap > 0 ? String(repeating: " ", count: gap) : " ") + last
  }

  private func cell(_ value: Double?, _ width: Int) -> String {
    guard let value, value.isFinite, let range else {
      return String(repeating: " ", count: width)
    }
    let span = range.upperBound - range.lowerBound
    let share = span > 0 ? (value - range.lowerBound) / span : 1
    let shade = shades[min(shades.count - 1, Int(share * Double(shades.count)))]
    return String(repeating: shade, count: max(1, width - (width > 2 ? 1 : 0)))
      + (width > 2 ? " " : "")
  }
}
