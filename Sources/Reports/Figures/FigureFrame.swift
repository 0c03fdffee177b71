import Sessions

/// What of a figure can be drawn, and the ranges that it spans.
struct FigureFrame {
  /// The series without points that are not finite.
  let series: [Figure.Series]
  let x: ClosedRange<Double>
  /// Points that are not finite, in the order of the series.
  let missing: [Figure.Point]

  /// nil where no point is finite; `missing` of the figure says how many are not.
  init?(_ figure: Figure) {
    series = figure.series.map { series in
      Figure.Series(series.name, series.drawing, series.points.filter(\.isFinite))
    }
    missing = figure.notFinite
    guard let x = ClosedRange(spanning: series.flatMap(\.points).map(\.x)) else { return nil }
    self.x = x
  }
}

extension Figure {
  /// Points that cannot be drawn.
  var notFinite: [Point] { series.flatMap(\.points).filter { !$0.isFinite } }
}

extension Figure.Series {
  /// The two ends of each interval, among what was made of the points.
  func ends<Place>(of places: [Place]) -> [(Place, Place)] {
    stride(from: 0, to: places.count - 1, by: 2).map { (places[$0], places[$0 + 1]) }
  }
}

extension Figure.Point {
  var isFinite: Bool { x.isFinite && y.isFinite }
}

extension ClosedRange<Double> {
  /// From the smallest to the largest of the values; nil where there is none.
  init?(spanning values: [Double]) {
    guard let low = values.min(), let high = values.max() else { return nil }
    self = low...high
  }
}
