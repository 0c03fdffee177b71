import Diagnostics
import RecipeLanguage
import Sessions

/// A figure in characters: lines of dots (braille, or `*` and the like), points as marks.
package struct FigureText {
  private let figure: Figure
  private let page: TextPage

  /// Columns for the numbers of the vertical axis.
  private static let labelWidth = 7

  package init(_ figure: Figure, on page: TextPage) {
    self.figure = figure
    self.page = TextPage(
      columns: min(200, max(20, page.columns)), isUnicode: page.isUnicode, style: page.style)
  }

  /// The picture, its axes and a legend; where no point can be drawn, only what is said of that.
  ///
  /// - Parameter rows: rows of the plot itself, without axis and legend.
  package func lines(rows: Int = 8) -> [String] {
    let title = figure.title.isEmpty ? [] : [page.style(.heading, titleLine)]
    if let heatMap = figure.heatMap {
      return title + HeatMapText(heatMap, of: figure, on: page).lines
    }
    if !figure.categories.isEmpty { return title + BarText(figure, on: page).lines + missingNote }
    return title + curves(rows: max(2, rows))
  }

  private var titleLine: String {
    DisplayWidth.truncated(VisibleText.onOneLine(figure.title), to: page.columns)
  }

  private func curves(rows: Int) -> [String] {
    guard let frame = FigureFrame(figure) else { return missingNote }
    let width = page.columns - Self.labelWidth - 2
    let horizontal = ChartScale(range: frame.x, count: width * DotCanvas.across)
    let drawn = frame.series.map { series in
      series.drawing == .line
        ? Figure.Series(series.name, .line, Self.columnMeans(series.points, scale: horizontal))
        : series
    }
    // bars stand on zero
    let floor = drawn.contains { $0.drawing == .bars } ? [0.0] : []
    guard let range = ClosedRange(spanning: drawn.flatMap(\.points).map(\.y) + floor) else {
      return missingNote
    }
    let vertical = ChartScale(range: range, count: rows * DotCanvas.down)
    var canvas = DotCanvas(columns: width, rows: rows, isUnicode: page.isUnicode)
    for (index, series) in drawn.enumerated() {
      draw(
        series, FigureStroke(index, isUnicode: page.isUnicode), on: &canvas, horizontal, vertical)
    }
    let tick = page.isUnicode ? "┤" : "|"
    var lines = zip(Self.rowLabels(range, rows: rows), canvas.lines(page.style)).map {
      label, line in
      DisplayWidth.padded(label, to: Self.labelWidth, alignment: .right)
        + (label.isEmpty ? (page.isUnicode ? "│" : "|") : tick) + line
    }
    lines += axis(frame.x, width: width)
    lines += legend(columns: page.columns - Self.labelWidth - 1)
      .map { String(repeating: " ", count: Self.labelWidth + 1) + $0 }
    return (lines + missingNote).map { String($0.reversed().drop { $0 == " " }.reversed()) }
  }

  private var missingNote: [String] {
    let missing = figure.notFinite
    guard let first = missing.first else { return [] }
    let (x, y) = (VisibleText.onOneLine(figure.x), VisibleText.onOneLine(figure.y))
    let shown = missing.prefix(3).map { NumberText.shortest($0.x) }.joined(separator: ", ")
    let more = missing.count > 3 ? ", …" : ""
    let text =
      missing.count == 1
      ? "not drawn: one \(y) is not finite (\(x) \(NumberText.shortest(first.x)))"
      : "not drawn: \(missing.count) values of \(y) are not finite (\(x) \(shown)\(more))"
    return WrappedText.lines(text, columns: page.columns)
  }

  private func draw(
    _ series: Figure.Series, _ stroke: FigureStroke, on canvas: inout DotCanvas,
    _ horizontal: ChartScale, _ vertical: ChartScale
  ) {
    let dots = series.points.map {
      (x: horizontal.position($0.x), y: vertical.flipped($0.y))
    }
    if series.drawing == .points {
      for dot in dots { canvas.mark(x: dot.x, y: dot.y, stroke.mark, stroke.role) }
      return
    }
    if series.drawing == .bars {
      let floor = vertical.flipped(0)
      for (bar, dot) in zip(Self.spans(of: dots.map(\.x), in: horizontal.count), dots) {
        for x in bar {
          for y in min(dot.y, floor)...max(dot.y, floor) {
            canvas.dot(x: x, y: y, stroke)
          }
        }
      }
      return
    }
    if series.drawing == .intervals {
      for (low, high) in series.ends(of: dots) { canvas.line(from: low, to: high, stroke) }
      return
    }
    if let first = dots.first, dots.count == 1 { canvas.dot(x: first.x, y: first.y, stroke) }
    for (start, end) in zip(dots, dots.dropFirst()) { canvas.line(from: start, to: end, stroke) }
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

  private func axis(_ range: ClosedRange<Double>, width: Int) -> [String] {
    let blanks = String(repeating: " ", count: Self.labelWidth)
    let line = String(repeating: page.isUnicode ? "─" : "-", count: width)
    let name = DisplayWidth.truncated(VisibleText.onOneLine(figure.x), to: width / 2)
    let first = name + " " + ChartScale.label(range.lowerBound)
    let last = ChartScale.label(range.upperBound)
    let gap = max(1, width - DisplayWidth.of(first) - last.count)
    let isOnePlace = range.lowerBound == range.upperBound
    let numbers = isOnePlace ? first : first + String(repeating: " ", count: gap) + last
    return [
      blanks + (page.isUnicode ? "└" : "+") + line,
      blanks + " " + DisplayWidth.truncated(numbers, to: width + 1),
    ]
  }

  /// The names of the series beside what draws them, in as few lines as they need.
  private func legend(columns: Int) -> [String] {
    let parts = figure.series.enumerated().map { index, series in
      let stroke = FigureStroke(index, isUnicode: page.isUnicode)
      let sample =
        switch series.drawing {
        case .line, .intervals: stroke.sample
        case .points: String(stroke.mark)
        case .bars: page.isUnicode ? "⣿" : String(stroke.letter)
        }
      let name = VisibleText.onOneLine(series.name)
      return (text: sample + " " + name, role: stroke.role)
    }
    var lines: [String] = []
    var used = 0
    for part in parts {
      let text = DisplayWidth.truncated(part.text, to: columns)
      let width = DisplayWidth.of(text)
      let styled = page.style(part.role, text)
      if let last = lines.indices.last, used + 3 + width <= columns {
        lines[last] += "   " + styled
        used += 3 + width
      } else {
        lines.append(styled)
        used = width
      }
    }
    return lines
  }

  /// The mean of the points that fall on the same column of dots, at the place of the first.
  private static func columnMeans(_ points: [Figure.Point], scale: ChartScale) -> [Figure.Point] {
    Dictionary(grouping: points) { scale.position($0.x) }.sorted { $0.key < $1.key }.map {
      _, group in
      Figure.Point(x: group[0].x, y: group.reduce(0) { $0 + $1.y } / Double(group.count))
    }
  }

  /// Values at the top, the middle and the bottom row.
  private static func rowLabels(_ range: ClosedRange<Double>, rows: Int) -> [String] {
    let (low, high) = (range.lowerBound, range.upperBound)
    var labels = Array(repeating: "", count: rows)
    if low == high {
      labels[rows / 2] = label(low)
      return labels
    }
    labels[0] = label(high)
    labels[rows - 1] = label(low)
    if rows >= 5 {
      let share = Double(rows / 2) / Double(rows - 1)
      labels[rows / 2] = label(high - share * (high - low))
    }
    return labels
  }

  private static func label(_ value: Double) -> String {
    let text = NumberText.significant(value)
    return text.count <= 6 ? text : NumberText.significant(value, digits: 2)
  }
}

/// How one series of a figure differs from the others: by colour where there is one, and without by gaps
/// or characters.
struct FigureStroke {
  /// What stands for a dot where there is no braille.
  let letter: Character
  /// The mark of a point.
  let mark: Character
  let role: TextStyle.Role
  /// A piece of the line, for the legend.
  let sample: String
  /// Dots that are drawn, and dots that are left out behind them.
  private let dash: (on: Int, off: Int)

  private static let dashes: [(on: Int, off: Int, sample: String)] = [
    (1, 0, "⠤⠤"), (4, 4, "⠤ ⠤"), (1, 3, "⠄ ⠄"), (8, 3, "⠤⠤ ⠤"),
  ]

  /// - Parameter index: which series of the figure it is, from 0; those behind the fourth repeat the first ones.
  init(_ index: Int, isUnicode: Bool) {
    let turn = index % Self.dashes.count
    letter = Array("*+x#")[turn]
    mark = Array(isUnicode ? "◆●▲■" : "do^s")[turn]
    role = [TextStyle.Role.good, .warning, .name, .number][turn]
    dash = isUnicode ? (Self.dashes[turn].on, Self.dashes[turn].off) : (1, 0)
    sample = isUnicode ? Self.dashes[turn].sample : String(repeating: letter, count: 2)
  }

  /// Whether the dot with this number of a line is drawn.
  func draws(_ number: Int) -> Bool { number % (dash.on + dash.off) < dash.on }
}
