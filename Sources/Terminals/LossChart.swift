/// A loss curve in the terminal: the training loss as a line of dots, validation losses as marks.
package struct LossChart: Equatable, Sendable {
  package struct Point: Equatable, Sendable {
    package var step: Int
    package var loss: Double

    package init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  package var training: [Point]
  package var validation: [Point]

  /// Points in the order of their steps. Losses that are not finite are counted, not drawn.
  package init(training: [Point], validation: [Point] = []) {
    self.training = training
    self.validation = validation
  }

  /// The chart, its axis and a legend in at most `columns` columns; nothing when no point can be drawn.
  ///
  /// - Parameter rows: rows of the plot itself, without axis and legend.
  package func lines(
    columns: Int, rows: Int = 8, isUnicode: Bool = true, style: TextStyle = .plain
  ) -> [String] {
    let columns = min(200, max(20, columns))
    let rows = max(2, rows)
    let drawn = training.filter(\.loss.isFinite)
    let marked = validation.filter(\.loss.isFinite)
    guard let steps = Self.range((drawn + marked).map { Double($0.step) }) else {
      return unseen == 0 ? [] : WrappedText.lines(missingNote, columns: columns)
    }
    let labelWidth = 7
    let width = columns - labelWidth - 2
    let horizontal = ChartScale(range: steps, count: width * DotCanvas.across)
    let means = Self.columnMeans(drawn, scale: horizontal)
    guard let losses = Self.range(means.map(\.loss) + marked.map(\.loss)) else { return [] }
    let vertical = ChartScale(range: losses, count: rows * DotCanvas.down)
    var canvas = DotCanvas(columns: width, rows: rows, isUnicode: isUnicode)
    draw(means, on: &canvas, vertical)
    let mark = isUnicode ? "●" : "o"
    for point in marked {
      canvas.mark(
        x: horizontal.position(Double(point.step)), y: vertical.flipped(point.loss), Character(mark)
      )
    }
    let labels = Self.rowLabels(losses, rows: rows)
    let tick = isUnicode ? "┤" : "|"
    var lines = zip(labels, canvas.lines).map { label, line in
      DisplayWidth.padded(label, to: labelWidth, alignment: .right)
        + (label.isEmpty ? (isUnicode ? "│" : "|") : tick) + line
    }
    lines += axis(steps, width: width, labelWidth: labelWidth, isUnicode: isUnicode)
    let legend = legend(columns: columns - labelWidth - 1, isUnicode: isUnicode)
    lines.append(String(repeating: " ", count: labelWidth + 1) + style(.dim, legend))
    if unseen > 0 { lines += WrappedText.lines(missingNote, columns: columns) }
    return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
  }

  private var unseen: Int { (training + validation).filter { !$0.loss.isFinite }.count }

  private var missingNote: String {
    let steps = (training + validation).filter { !$0.loss.isFinite }.map(\.step)
    let shown = steps.prefix(3).map(String.init).joined(separator: ", ")
    if steps.count == 1 { return "not drawn: one loss is not finite (step \(shown))" }
    let more = steps.count > 3 ? ", …" : ""
    return "not drawn: \(steps.count) losses are not finite (steps \(shown)\(more))"
  }

  private func draw(_ means: [Mean], on canvas: inout DotCanvas, _ vertical: ChartScale) {
    for (index, mean) in means.enumerated() {
      let y = vertical.flipped(mean.loss)
      guard index > 0 else {
        canvas.dot(x: mean.x, y: y)
        continue
      }
      let before = means[index - 1]
      canvas.line(from: (before.x, vertical.flipped(before.loss)), to: (mean.x, y))
    }
  }

  private func axis(
    _ steps: ClosedRange<Double>, width: Int, labelWidth: Int, isUnicode: Bool
  ) -> [String] {
    let blanks = String(repeating: " ", count: labelWidth)
    let line = String(repeating: isUnicode ? "─" : "-", count: width)
    let first = "step " + HumanFormat.fixed(steps.lowerBound, decimals: 0)
    let last = HumanFormat.fixed(steps.upperBound, decimals: 0)
    let gap = max(1, width - first.count - last.count)
    let hasOneStep = steps.lowerBound == steps.upperBound
    let numbers = hasOneStep ? first : first + String(repeating: " ", count: gap) + last
    return [blanks + (isUnicode ? "└" : "+") + line, blanks + " " + numbers]
  }

  private func legend(columns: Int, isUnicode: Bool) -> String {
    let parts = [
      training.isEmpty ? nil : isUnicode ? "⠤⠤ training loss" : "** training loss",
      validation.isEmpty ? nil : isUnicode ? "● validation loss" : "o validation loss",
    ].compactMap { $0 }
    let whole = parts.joined(separator: "   ")
    if whole.count <= columns { return whole }
    let short = parts.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    return DisplayWidth.truncated(short.joined(separator: " "), to: columns)
  }

  private struct Mean {
    var x: Int
    var loss: Double
  }

  /// The mean of the points that fall on the same column of dots.
  private static func columnMeans(_ points: [Point], scale: ChartScale) -> [Mean] {
    var sums: [Int: (total: Double, count: Double)] = [:]
    for point in points {
      let x = scale.position(Double(point.step))
      let old = sums[x] ?? (0, 0)
      sums[x] = (old.total + point.loss, old.count + 1)
    }
    return sums.sorted { $0.key < $1.key }.map {
      Mean(x: $0.key, loss: $0.value.total / $0.value.count)
    }
  }

  private static func range(_ values: [Double]) -> ClosedRange<Double>? {
    guard let low = values.min(), let high = values.max() else { return nil }
    return low...high
  }

  /// Values at the top, the middle and the bottom row.
  private static func rowLabels(_ losses: ClosedRange<Double>, rows: Int) -> [String] {
    let (low, high) = (losses.lowerBound, losses.upperBound)
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
    let text = HumanFormat.significant(value)
    return text.count <= 6 ? text : HumanFormat.significant(value, digits: 2)
  }
}
