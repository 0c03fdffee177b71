import Diagnostics
import RecipeLanguage
import Sessions

/// A figure as an SVG image. The same figure gives the same bytes.
package struct FigureImage {
  private let figure: Figure

  private static let width = 640.0
  private static let left = 56.0
  private static let right = 16.0
  private static let top = 28.0
  private static let plot = 256.0
  /// Below the plot: the numbers of the axis, then a line for each part of the legend.
  private static let line = 18.0

  /// Colours of the series, told apart by people who confuse red and green (Okabe and Ito's palette).
  private static let colors = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]

  package init(_ figure: Figure) {
    self.figure = figure
  }

  /// nil where there is no finite point to draw.
  package var svg: String? {
    guard let frame = FigureFrame(figure),
      let range = ClosedRange(spanning: frame.series.flatMap(\.points).map(\.y))
    else { return nil }
    let place = Place(x: frame.x, y: range)
    let legend = self.legend(missing: frame.missing.count)
    let bottom = Self.top + Self.plot + Self.line
    let height = bottom + Double(legend.count) * Self.line + 8
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"\(text(height))\" "
        + "viewBox=\"0 0 640 \(text(height))\" font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"640\" height=\"\(text(height))\" fill=\"#ffffff\"/>",
    ]
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
      lines.append("<line x1=\"56\" y1=\"\(y)\" x2=\"624\" y2=\"\(y)\" stroke=\"#d0d7de\"/>")
      lines.append(
        label(NumberText.significant(value), x: 50, y: place.y(value) + 4, anchor: "end"))
    }
    let below = Self.top + Self.plot + Self.line
    lines.append(
      label(
        "\(figure.x) \(NumberText.shortest(place.x.lowerBound))", x: 56, y: below, anchor: "start"))
    if place.x.lowerBound < place.x.upperBound {
      lines.append(
        label(NumberText.shortest(place.x.upperBound), x: 624, y: below, anchor: "end"))
    }
    return lines
  }

  private func drawing(of series: Figure.Series, _ index: Int, _ place: Place) -> [String] {
    let color = Self.colors[index % Self.colors.count]
    let points = series.points.map { (x: text(place.x($0.x)), y: text(place.y($0.y))) }
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
      let color = Self.colors[index % Self.colors.count]
      return { y in
        let sample =
          series.drawing == .line
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

  private func label(_ words: String, x: Double, y: Double, anchor: String) -> String {
    "<text x=\"\(text(x))\" y=\"\(text(y))\" text-anchor=\"\(anchor)\" fill=\"#57606a\">"
      + MarkupText.escaped(words) + "</text>"
  }

  /// A coordinate with one decimal.
  private func text(_ value: Double) -> String {
    NumberText.shortest((value * 10).rounded() / 10)
  }
}
