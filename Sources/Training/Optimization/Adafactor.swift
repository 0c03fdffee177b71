import Glibc
import Models

/// Adafactor (arXiv 1804.04235) with the rate given from outside, as transformers' Trainer runs it: no
/// first moment, squared gradients remembered by the means of rows and columns alone, and updates of
/// a matrix clipped to a root mean square of 1.
package struct Adafactor: UpdateRule {
  var weightDecay: Double
  /// Added to squared gradients.
  private static let smallest: Float = 1e-30
  private static let longestUpdate = 1.0
  private static let decayPower = -0.8

  package init(weightDecay: Double = 0) {
    self.weightDecay = weightDecay
  }

  package func memory(of layout: AdapterLayout) -> [OptimizerMemory] {
    let matrices = layout.entries.flatMap(\.matrices)
    return [
      OptimizerMemory(
        "row_squares", count: matrices.reduce(0) { $0 + $1.rows }, isNonNegative: true),
      OptimizerMemory(
        "column_squares", count: matrices.reduce(0) { $0 + $1.columns }, isNonNegative: true),
    ]
  }

  package func update(
    _ parameters: AdapterVector, gradient: AdapterVector, memory: [OptimizerMemory],
    _ step: UpdateStep
  ) {
    let keep = Float(1 - pow(Double(step.number), Self.decayPower))
    var (rows, columns) = unsafe (memory[0].floats, memory[1].floats)
    for part in step.matrices(of: parameters.layout) {
      let gradients = unsafe gradient.values + part.offset
      unsafe remember(gradients, part, rows, columns, keep: keep)
      unsafe apply(parameters.values + part.offset, gradients, part, rows, columns)
      unsafe rows += part.rows
      unsafe columns += part.columns
    }
  }

  /// Mixes the mean squares of rows and columns into what is remembered of them.
  private func remember(
    _ gradients: UnsafePointer<Float>, _ part: UpdateStep.Part,
    _ rows: UnsafeMutablePointer<Float>, _ columns: UnsafeMutablePointer<Float>, keep: Float
  ) {
    var columnSums = [Float](repeating: 0, count: part.columns)
    for row in 0..<part.rows {
      var sum: Float = 0
      for column in 0..<part.columns {
        let value = unsafe gradients[row * part.columns + column]
        let square = value * value + Self.smallest
        sum += square
        columnSums[column] += square
      }
      unsafe rows[row] = unsafe keep * rows[row] + (1 - keep) * sum / Float(part.columns)
    }
    for column in 0..<part.columns {
      unsafe columns[column] =
        unsafe keep * columns[column] + (1 - keep) * columnSums[column] / Float(part.rows)
    }
  }

  private func apply(
    _ values: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>,
    _ part: UpdateStep.Part, _ rows: UnsafePointer<Float>, _ columns: UnsafePointer<Float>
  ) {
    let sum = (0..<part.rows).reduce(Float(0)) { unsafe $0 + rows[$1] }
    let mean = sum / Float(part.rows)
    let columnFactors = (0..<part.columns).map { unsafe 1 / columns[$0].squareRoot() }
    func update(_ row: Int, _ column: Int, _ rowFactor: Float) -> Float {
      unsafe gradients[row * part.columns + column] * rowFactor * columnFactors[column]
    }
    func rowFactor(_ row: Int) -> Float { unsafe 1 / (rows[row] / mean).squareRoot() }
    var squares = 0.0
    for row in 0..<part.rows {
      let factor = rowFactor(row)
      for column in 0..<part.columns {
        let value = Double(update(row, column, factor))
        squares += value * value
      }
    }
    let length = (squares / Double(part.rows * part.columns)).squareRoot()
    let scale = Float(part.rate / max(1, length / Self.longestUpdate))
    let decay = part.decays ? Float(1 - weightDecay * part.rate) : 1
    for row in 0..<part.rows {
      let factor = rowFactor(row)
      for column in 0..<part.columns {
        let index = row * part.columns + column
        unsafe values[index] = unsafe values[index] * decay - scale * update(row, column, factor)
      }
    }
  }
}
