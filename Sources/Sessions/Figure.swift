/// Numbers that belong into one picture. How it is drawn is decided where it is shown.
package struct Figure: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package let x: Double
    package let y: Double

    package init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// Points under one name, in the order of their x.
  package struct Series: Sendable, Equatable {
    package enum Drawing: String, Sendable {
      case line, points
      /// From zero up to each point; each reaches half-way to its neighbours.
      case bars
      /// Two points at each x, and a stroke from one to the other.
      case intervals
    }

    package let name: String
    package let drawing: Drawing
    package let points: [Point]

    package init(_ name: String, _ drawing: Drawing = .line, _ points: [Point]) {
      self.name = name
      self.drawing = drawing
      self.points = points
    }
  }

  /// A colour for each pair of a row and a column.
  package struct HeatMap: Sendable, Equatable {
    package let columns: [String]
    package let rows: [String]
    /// A list for each row, a number or nil (there is none) for each of its columns.
    package let values: [[Double?]]

    package init(columns: [String], rows: [String], values: [[Double?]]) {
      precondition(
        values.count == rows.count && values.allSatisfy { $0.count == columns.count },
        "\(values.count) rows of values for \(rows.count) × \(columns.count)")
      self.columns = columns
      self.rows = rows
      self.values = values
    }
  }

  /// What stands above the picture, or nothing.
  package let title: String
  /// What the horizontal axis counts, such as `step`.
  package let x: String
  /// What the vertical axis, or the colour of a heat map, measures.
  package let y: String
  package let series: [Series]
  /// What the places 1, 2, … of x stand for, for bars that lie side by side; empty where x is a number.
  package let categories: [String]
  package let heatMap: HeatMap?

  package init(
    title: String = "", x: String, y: String, series: [Series], categories: [String] = []
  ) {
    self.title = title
    self.x = x
    self.y = y
    self.series = series
    self.categories = categories
    heatMap = nil
  }

  package init(title: String = "", x: String, y: String, heatMap: HeatMap) {
    self.title = title
    self.x = x
    self.y = y
    series = []
    categories = []
    self.heatMap = heatMap
  }

  /// Bars of one series, each with its name.
  package init(title: String = "", x: String, y: String, bars: [(name: String, value: Double)]) {
    let points = bars.enumerated().map { Point(x: Double($0 + 1), y: $1.value) }
    self.init(
      title: title, x: x, y: y, series: [Series(y, .bars, points)],
      categories: bars.map(\.name))
  }
}

extension TrainingCurve {
  /// The training loss as a line, validation losses as points, over steps.
  package var figure: Figure {
    var series = [losses(named: "training loss")]
    if !evaluations.isEmpty {
      series.append(Figure.Series("validation loss", .points, Self.points(evaluations)))
    }
    return Figure(x: Self.step, y: Self.loss, series: series)
  }

  /// The axes of losses.
  static let (step, loss) = ("step", "loss")

  /// The training loss as a line.
  func losses(named name: String) -> Figure.Series {
    Figure.Series(name, .line, Self.points(losses))
  }

  private static func points(_ points: [Point]) -> [Figure.Point] {
    points.map { Figure.Point(x: Double($0.step), y: $0.loss) }
  }
}
