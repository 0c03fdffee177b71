import Diagnostics
import RecipeLanguage
import Sessions

/// Bars that have names as an SVG image, one below the other.
struct BarImage {
  private let figure: Figure
  private let colors: FigureColors

  private static let left = 160.0
  private static let right = 70.0
  private static let bar = 14.0

  init(_ figure: Figure, _ colors: FigureColors) {
    self.figure = figure
    self.colors = colors
  }

  /// nil where no bar has a length.
  var svg: String? {
    let points = figure.series.map { $0.points.filter(\.isFinite) }
    guard let largest = points.joined().map({ abs($0.y) }).max() else { return nil }
    let group = Double(figure.series.count) * Self.bar + 6
    let top = 28.0
    let bottom = top + Double(figure.categories.count) * group
    let height = bottom + Double(figure.series.count) * 18 + 12
    var lines = colors.opening(of: figure, height: height)
    lines.append(colors.label(figure.y, x: 8, y: 16, anchor: "start"))
    for (place, name) in figure.categories.enumerated() {
      let y = top + Double(place) * group
      let shown = DisplayWidth.truncated(VisibleText.onOneLine(name), to: 22)
      lines.append(colors.label(shown, x: Self.left - 8, y: y + 11, anchor: "end"))
    }
    for (index, series) in points.enumerated() {
      for point in series where figure.categories.indices.contains(Int(point.x) - 1) {
        let share = largest > 0 ? abs(point.y) / largest : 0
        let width = share * (FigureImage.width - Self.left - Self.right)
        let y = top + (point.x - 1) * group + Double(index) * Self.bar
        lines.append(rectangle(x: Self.left, y: y, width: width, index))
        lines.append(
          colors.label(
            NumberText.significant(point.y, digits: 3), x: Self.left + width + 6, y: y + 11,
            anchor: "start"))
      }
    }
    for (index, series) in figure.series.enumerated() {
      let y = bottom + Double(index) * 18 + 6
      lines.append(rectangle(x: Self.left, y: y, width: 24, index))
      lines.append(colors.label(series.name, x: Self.left + 32, y: y + 11, anchor: "start"))
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  private func rectangle(x: Double, y: Double, width: Double, _ index: Int) -> String {
    "<rect x=\"\(FigureColors.coordinate(x))\" y=\"\(FigureColors.coordinate(y))\" "
      + "width=\"\(FigureColors.coordinate(width))\" height=\"12\" "
      + "fill=\"\(colors.series(index))\"/>"
  }
}
