import Diagnostics
import RecipeLanguage
import Sessions

/// A figure as an SVG image. The same figure gives the same bytes.
package struct FigureImage {
  private let figure: Figure
  private let colors: FigureColors

  static let width = 640.0
  private static let left = 56.0
  private static let right = 16.0
  private static let top = 28.0
  private static let plot = 256.0
  /// Below the plot: the numbers of the axis, then a line for each part of the legend.
  private static let line = 18.0

  package init(_ figure: Figure, colors: FigureColors = .document) {
    self.figure = figure
    self.colors = colors
  }

  /// nil where there is no finite point to draw.
  package var svg: String? {
    if let map = figure.heatMap { return HeatMapImage(map, of: figure, colors).svg }
    if !figure.categories.isEmpty { return BarImage(figure, colors).svg }
    return curves
  }

  private var curves: String? {
    let drawn = figure.series
    let floor = drawn.contains { $0.drawing == .bars } ? [0.0] : []
    guard let frame = FigureFrame(figure),
      let range = ClosedRange(spanning: frame.series.flatMap(\.points).map(\.y) + floor)
    else { return nil }
    let place = Place(x: frame.x, y: range)
    let legend = self.legend(missing: frame.missing.count)
    let bottom = Self.top + Self.plot + Self.line
    let height = bottom + Double(legend.count) * Self.line + 8
    var lines = colors.opening(of: figure, height: height)
    lines += axes(place)
    for (index, series) in frame.series.enumerated() { lines += drawing(of: series, index, place) }
    for (row, part) in legend.enumerated() {
      lines.append(part(bottom + Double(row + 1) * Self.line))
    }
    return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
  }

  /// Where values stand on the image.
  private struct Place {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    func x(_ value: Double) -> Double {
      let room = FigureImage.width - FigureImage.left - FigureImage.right
      return FigureImage.left + share(value, of: x) * room
    }

    func y(_ value: Double) -> Double {
      FigureImage.top + (1 - share(value, of: y)) * FigureImage.plot
    }

    /// In the middle where all values are the same.
    private func share(_ value: Double, of range: ClosedRange<Double>) -> Double {
      let span = range.upperBound - range.lowerBound
      return span > 0 && span.isFinite ? (value - range.lowerBound) / span : 0.5
    }
  }

  private func axes(_ place: Place) -> [String] {
    let (low, high) = (place.y.lowerBound, place.y.upperBound)
    var lines = [label(figure.y, x: 8, y: 16, anchor: "start")]
    for value in low < high ? [high, low + (high - low) / 2, low] : [low] {
      let y = text(place.y(value))
      lines.append("<line x1=\"56\" y1=\"\(y)\" x2=\"624\" y2=\"\(y)\" stroke=\"\(colors.grid)\"/>")
      lines.append(
        label(NumberText.significant(value), x: 50, y: place.y(value) + 4, anchor: "end"))
    }
    let below = Self.top + Self.plot + Self.line
    lines.append(
      label(
        "\(figure.x) \(ChartScale.label(place.x.lowerBound))", x: 56, y: below, anchor: "start"))
    if place.x.lowerBound < place.x.upperBound {
      lines.append(
        label(ChartScale.label(place.x.upperBound), x: 624, y: below, anchor: "end"))
    }
    return lines
  }

  private func drawing(of series: Figure.Series, _ index: Int, _ place: Place) -> [String] {
    let color = colors.series(index)
    let points = series.points.map { (x: text(place.x($0.x)), y: text(place.y($0.y))) }
    if series.drawing == .bars { return bars(series.points, color, place) }
    if series.drawing == .intervals {
      return series.ends(of: points).map { low, high in
        "<line x1=\"\(low.x)\" y1=\"\(low.y)\" x2=\"\(high.x)\" y2=\"\(high.y)\" "
          + "stroke=\"\(color)\" stroke-width=\"2\"/>"
      }
    }
    if series.drawing == .line, points.count > 1 {
      let path = points.map { "\($0.x),\($0.y)" }.joined(separator: " ")
      return [
        "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\" points=\"\(path)\"/>"
      ]
    }
    return points.map { "<circle cx=\"\($0.x)\" cy=\"\($0.y)\" r=\"4\" fill=\"\(color)\"/>" }
  }

  /// A sample and a name for each series, and what is not drawn; each is given the y of its line.
  private func legend(missing: Int) -> [(Double) -> String] {
    var parts: [(Double) -> String] = figure.series.enumerated().map { index, series in
      let color = colors.series(index)
      return { y in
        let sample =
          series.drawing == .bars
          ? "<rect x=\"56\" y=\"\(text(y - 10))\" width=\"24\" height=\"10\" fill=\"\(color)\"/>"
          : series.drawing != .points
            ? "<line x1=\"56\" y1=\"\(text(y - 4))\" x2=\"80\" y2=\"\(text(y - 4))\" "
              + "stroke=\"\(color)\" stroke-width=\"2\"/>"
            : "<circle cx=\"68\" cy=\"\(text(y - 4))\" r=\"4\" fill=\"\(color)\"/>"
        return sample + label(series.name, x: 88, y: y, anchor: "start")
      }
    }
    if missing > 0 {
      parts.append { label("\(missing) not finite, not drawn", x: 56, y: $0, anchor: "start") }
    }
    return parts
  }

  /// Bars from zero, each half-way to its neighbours.
  private func bars(_ points: [Figure.Point], _ color: String, _ place: Place) -> [String] {
    let centers = points.map { place.x($0.x) }
    let zero = place.y(0)
    return points.indices.map { index in
      let left = index > 0 ? (centers[index - 1] + centers[index]) / 2 : Self.left
      let right =
        index + 1 < points.count
        ? (centers[index] + centers[index + 1]) / 2 : Self.width - Self.right
      let y = place.y(points[index].y)
      return "<rect x=\"\(text(left))\" y=\"\(text(min(y, zero)))\" "
        + "width=\"\(text(max(0, right - left - 1)))\" height=\"\(text(abs(zero - y)))\" "
        + "fill=\"\(color)\" fill-opacity=\"0.7\"/>"
    }
  }

  private func label(_ words: String, x: Double, y: Double, anchor: String) -> String {
    colors.label(words, x: x, y: y, anchor: anchor)
  }

  private func text(_ value: Double) -> String { FigureColors.coordinate(value) }
}
