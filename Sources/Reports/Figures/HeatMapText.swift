import Diagnostics
import RecipeLanguage
import Sessions

/// A heat map in characters: the darker a place, the larger its number.
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
    // as wide as there is room for, and at least a character for each column
    let width = max(1, min(4, room / map.columns.count))
    let shown = min(map.columns.count, max(1, room / width))
    var lines = zip(names, map.values).map { name, row in
      DisplayWidth.padded(
        DisplayWidth.truncated(name, to: nameWidth), to: nameWidth, alignment: .right) + " "
        + row.prefix(shown).map { cell($0, width) }.joined()
    }
    lines.append(axis(nameWidth: nameWidth, shown: shown, width: width))
    lines.append(
      "\(figure.y): \(shades[0]) \(NumberText.significant(range.lowerBound))  "
        + "\(shades[shades.count - 1]) \(NumberText.significant(range.upperBound))")
    if shown < map.columns.count {
      lines.append("not drawn: the last \(map.columns.count - shown) of \(map.columns.count)")
    }
    return lines.map { DisplayWidth.truncated($0, to: page.columns) }
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
