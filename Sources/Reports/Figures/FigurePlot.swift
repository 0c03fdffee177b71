import RecipeLanguage
import Sessions

/// A surface for curves, whose places are counted from its upper left corner.
protocol PlotCanvas {
  /// Places across and down.
  var width: Int { get }
  var height: Int { get }

  /// Fills one place.
  mutating func dot(x: Int, y: Int, _ stroke: FigureStroke)
  /// A straight line with the gaps of its stroke.
  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ stroke: FigureStroke)
  /// The sign of a single point.
  mutating func mark(x: Int, y: Int, _ stroke: FigureStroke)
}

/// The curves of a figure, ready to be drawn with so many places across.
struct FigurePlot {
  /// What the axes span.
  let x: ClosedRange<Double>
  let y: ClosedRange<Double>
  private let series: [Figure.Series]

  /// Nil where no point can be drawn.
  init?(_ figure: Figure, width: Int) {
    guard let frame = FigureFrame(figure) else { return nil }
    let horizontal = ChartScale(range: frame.x, count: width)
    series = frame.series.map { series in
      series.drawing == .line
        ? Figure.Series(series.name, .line, Self.columnMeans(series.points, scale: horizontal))
        : series
    }
    // bars stand on zero
    let floor = series.contains { $0.drawing == .bars } ? [0.0] : []
    guard let range = ClosedRange(spanning: series.flatMap(\.points).map(\.y) + floor) else {
      return nil
    }
    (x, y) = (frame.x, range)
  }

  func draw(on canvas: inout some PlotCanvas, isUnicode: Bool) {
    let horizontal = ChartScale(range: x, count: canvas.width)
    let vertical = ChartScale(range: y, count: canvas.height)
    for (index, series) in series.enumerated() {
      draw(series, FigureStroke(index, isUnicode: isUnicode), on: &canvas, horizontal, vertical)
    }
  }

  private func draw(
    _ series: Figure.Series, _ stroke: FigureStroke, on canvas: inout some PlotCanvas,
    _ horizontal: ChartScale, _ vertical: ChartScale
  ) {
    let dots = series.points.map {
      (x: horizontal.position($0.x), y: vertical.flipped($0.y))
    }
    switch series.drawing {
    case .points:
      for dot in dots { canvas.mark(x: dot.x, y: dot.y, stroke) }
    case .bars:
      let floor = vertical.flipped(0)
      for (bar, dot) in zip(Self.spans(of: dots.map(\.x), in: horizontal.count), dots) {
        for x in bar {
          for y in min(dot.y, floor)...max(dot.y, floor) { canvas.dot(x: x, y: y, stroke) }
        }
      }
    case .intervals:
      for (low, high) in series.ends(of: dots) { canvas.line(from: low, to: high, stroke) }
    case .line:
      if let first = dots.first, dots.count == 1 {
        canvas.line(from: first, to: first, stroke)
      }
      for (start, end) in zip(dots, dots.dropFirst()) {
        canvas.line(from: start, to: end, stroke)
      }
    }
  }

  /// The columns that each bar fills: half-way to its neighbours, and within the picture.
  private static func spans(of places: [Int], in count: Int) -> [Range<Int>] {
    places.indices.map { index in
      let before = index > 0 ? (places[index - 1] + places[index] + 1) / 2 : 0
      let after =
        index + 1 < places.count ? (places[index] + places[index + 1] + 1) / 2 : count
      return before..<max(before + 1, after)
    }
  }

  /// The mean of the points that fall on the same place across, at that of the first.
  private static func columnMeans(_ points: [Figure.Point], scale: ChartScale) -> [Figure.Point] {
    Dictionary(grouping: points) { scale.position($0.x) }.sorted { $0.key < $1.key }.map {
      _, group in
      Figure.Point(x: group[0].x, y: group.reduce(0) { $0 + $1.y } / Double(group.count))
    }
  }
}
