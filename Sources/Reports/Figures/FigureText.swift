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
    guard let plot = FigurePlot(figure, width: plotColumns * DotCanvas.across) else {
      return missingNote
    }
    var canvas = DotCanvas(columns: plotColumns, rows: rows, isUnicode: page.isUnicode)
    plot.draw(on: &canvas, isUnicode: page.isUnicode)
    return around(plot, canvas.lines(page.style))
  }

  /// Characters across the plot itself.
  private var plotColumns: Int { page.columns - Self.labelWidth - 2 }

  /// The rows of the plot with their numbers before them, axis, legend and note below.
  private func around(_ plot: FigurePlot, _ rows: [String]) -> [String] {
    let tick = page.isUnicode ? "┤" : "|"
    var lines = zip(Self.rowLabels(plot.y, rows: rows.count), rows).map { label, line in
      DisplayWidth.padded(label, to: Self.labelWidth, alignment: .right)
        + (label.isEmpty ? (page.isUnicode ? "│" : "|") : tick) + line
    }
    lines += axis(plot.x, width: plotColumns)
    lines += legend(columns: page.columns - Self.labelWidth - 1)
      .map { String(repeating: " ", count: Self.labelWidth + 1) + $0 }
    return (lines + missingNote).map { String($0.reversed().drop { $0 == " " }.reversed()) }
  }

  /// The figure with its plot as an image of pixels for a terminal that can show one; nil where it has no
  /// curves, whose characters say as much.
  ///
  /// - Parameters:
  ///   - rows: rows of the plot itself.
  ///   - cell: pixels of a character, across and down.
  package func picture(
    by graphics: TerminalGraphics, cell: (width: Int, height: Int), rows: Int = 12
  ) -> TerminalPicture? {
    guard figure.heatMap == nil, figure.categories.isEmpty,
      let plot = FigurePlot(figure, width: plotColumns * cell.width)
    else { return nil }
    var canvas = PixelCanvas(
      width: plotColumns * cell.width, height: rows * cell.height, cell: cell)
    plot.draw(on: &canvas, isUnicode: true)
    let title = figure.title.isEmpty ? [] : [page.style(.heading, titleLine)]
    let lines = title + around(plot, Array(repeating: "", count: rows))
    return TerminalPicture(
      lines: lines, rowsUp: lines.count - title.count, column: Self.labelWidth + 2,
      image: graphics.sequence(for: canvas, columns: plotColumns, rows: rows))
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

  /// Values at the top, the middle and the bottom row, with as many digits as tell them apart.
  private static func rowLabels(_ range: ClosedRange<Double>, rows: Int) -> [String] {
    let (low, high) = (range.lowerBound, range.upperBound)
    var labels = Array(repeating: "", count: rows)
    if low == high {
      labels[rows / 2] = label(low, digits: 4)
      return labels
    }
    var values = [0: high, rows - 1: low]
    if rows >= 5 {
      let share = Double(rows / 2) / Double(rows - 1)
      values[rows / 2] = high - share * (high - low)
    }
    for digits in 4...6 {
      for (row, value) in values { labels[row] = label(value, digits: digits) }
      if Set(labels).subtracting([""]).count == values.count { break }
    }
    return labels
  }

  private static func label(_ value: Double, digits: Int) -> String {
    let text = NumberText.significant(value, digits: digits)
    return text.count <= labelWidth - (digits > 4 ? 0 : 1)
      ? text : NumberText.significant(value, digits: 2)
  }
}
