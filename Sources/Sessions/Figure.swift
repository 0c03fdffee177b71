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

  /// What the horizontal axis counts, such as `step`.
  package let x: String
  /// What the vertical axis measures.
  package let y: String
  package let series: [Series]

  package init(x: String, y: String, series: [Series]) {
    self.x = x
    self.y = y
    self.series = series
  }
}

extension TrainingCurve {
  /// The training loss as a line, validation losses as points, over steps.
  package var figure: Figure {
    let points = { (points: [Point]) in
      points.map { Figure.Point(x: Double($0.step), y: $0.loss) }
    }
    var series = [Figure.Series("training loss", .line, points(losses))]
    if !evaluations.isEmpty {
      series.append(Figure.Series("validation loss", .points, points(evaluations)))
    }
    return Figure(x: "step", y: "loss", series: series)
  }
}
