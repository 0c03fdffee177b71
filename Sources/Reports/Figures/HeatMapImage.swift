import Diagnostics
import RecipeLanguage
import Sessions

/// A heat map as an SVG image: the more opaque a place, the larger its number, which a pointer over it shows.
struct HeatMapImage {
  private let map: Figure.HeatMap
  private let figure: Figure
  private let colors: FigureColors

  private static let left = 120.0
  private static let top = 28.0

  init(_ map: Figure.HeatMap, of figure: Figure, _ colors: FigureColors) {
    self.map = map
    self.figure = figure
    self.colors = colors
  }

  /// nil where no number is finite.
  var svg: String? {
    let finite = map.values.joined().compactMap(\.self).filter(\.isFinite)
    guard let range = ClosedRange(spanning: finite), !map.columns.isEmpty else { return nil }
    let width = (FigureImage.width - Self.left - 16) / Double(map.columns.count)
    let side = min(36, max(14, width))
    let bottom = Self.top + Double(map.rows.count) * side
    var lines = colors.opening(of: figure, height: bottom + 48)
    lines.append(colors.label(figure.y, x: 8, y: 16, anchor: "start"))
    for (row, name) in map.rows.enumerated() {
      let y = Self.top + Double(row) * side
      let shown = DisplayWidth.truncated(VisibleText.onOneLine(name), to: 16)
      lines.append(colors.label(shown, x: Self.left - 8, y: y + side / 2 + 4, anchor: "end"))
      for (column, value) in map.values[row].enumerated() {
        guard let value, value.isFinite else { continue }
        lines.append(
          cell(
            value, of: range, x: Self.left + Double(column) * width, y: y, width: width, side: side,
            name: "\(name), \(figure.x) \(map.columns[column])"))
      }
    }
    let last = map.columns[map.columns.count - 1]
    let first = "\(figure.x) \(map.columns[0])"
    lines.append(colors.label(first, x: Self.left, y: bottom + 16, anchor: "start"))
    if map.columns.count > 1 {
      lines.append(colors.label(last, x: 624, y: bottom + 16, anchor: "end"))
    }
    let legend =
      "from \(NumberText.significant(range.lowerBound)), pale, to "
      + "\(NumberText.significant(range.upperBound)), full"
    lines.append(colors.label(legend, x: Self.left, y: bottom + 36, anchor: "start"))
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private func cell(
    _ value: Double, of range: ClosedRange<Double>, x: Double, y: Double, width: Double,
    side: Double, name: String
  ) -> String {
    let span = range.upperBound - range.lowerBound
    let share = span > 0 ? (value - range.lowerBound) / span : 1
    let opacity = NumberText.shortest((10 + 90 * share).rounded() / 100)
    let text = FigureColors.coordinate
    return "<rect x=\"\(text(x))\" y=\"\(text(y))\" width=\"\(text(max(1, width - 1)))\" "
      + "height=\"\(text(side - 1))\" fill=\"\(colors.series(0))\" fill-opacity=\"\(opacity)\">"
      + "<title>\(MarkupText.escaped(name)): \(NumberText.significant(value))</title></rect>"
  }
}
