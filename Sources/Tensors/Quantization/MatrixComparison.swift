/// A matrix and what it was made of, side by side: how the weights are spread before and after, and which blocks lost
/// most.
package struct MatrixComparison: Sendable {
  /// Weights that share a factor, with what they lost.
  package struct Block: Sendable, Equatable {
    package let row: Int
    package let columns: Range<Int>
    package let rootMeanSquare: Double
    package let largest: Double
  }

  /// The largest magnitude on either side; the bins divide what lies between it and its negative.
  package private(set) var limit = 0.0
  package private(set) var before: [Int]
  package private(set) var after: [Int]
  /// Those that lost most, the worst first.
  package private(set) var worst: [Block] = []
  /// The root mean square error of the block in the middle of all.
  package private(set) var median = 0.0

  private static let kept = 5

  /// - Parameters:
  ///   - block: weights of a row that are looked at together.
  ///   - bins: of the two histograms.
  package init(of matrix: FrozenMatrix, with original: FrozenMatrix, block: Int, bins: Int = 64) {
    precondition(
      matrix.rows == original.rows && matrix.columns == original.columns && block > 0 && bins > 0,
      "\(matrix.rows) × \(matrix.columns) beside \(original.rows) × \(original.columns), "
        + "blocks of \(block), \(bins) bins")
    before = Array(repeating: 0, count: bins)
    after = before
    for row in 0..<matrix.rows {
      for value in matrix.floats(ofRow: row) + original.floats(ofRow: row) where value.isFinite {
        limit = max(limit, Double(abs(value)))
      }
    }
    var errors: [Double] = []
    for row in 0..<matrix.rows {
      let (now, file) = (matrix.floats(ofRow: row), original.floats(ofRow: row))
      for value in now where value.isFinite { after[bin(of: value)] += 1 }
      for value in file where value.isFinite { before[bin(of: value)] += 1 }
      for start in stride(from: 0, to: now.count, by: block) {
        let columns = start..<min(now.count, start + block)
        let lost = columns.map { Double(now[$0]) - Double(file[$0]) }
        let squares = lost.reduce(0) { $0 + $1 * $1 }
        errors.append((squares / Double(columns.count)).squareRoot())
        keep(
          Block(
            row: row, columns: columns, rootMeanSquare: errors[errors.count - 1],
            largest: lost.map(abs).max() ?? 0))
      }
    }
    errors.sort()
    median = errors.isEmpty ? 0 : errors[errors.count / 2]
  }

  /// The middle of a bin.
  package func center(of bin: Int) -> Double {
    limit * (2 * (Double(bin) + 0.5) / Double(before.count) - 1)
  }

  private func bin(of value: Float) -> Int {
    let share = limit > 0 ? (Double(value) / limit + 1) / 2 : 0.5
    return min(before.count - 1, Int(share * Double(before.count)))
  }

  private mutating func keep(_ block: Block) {
    guard block.rootMeanSquare > 0,
      worst.count < Self.kept || block.rootMeanSquare > worst[worst.count - 1].rootMeanSquare
    else { return }
    let place = worst.firstIndex { $0.rootMeanSquare < block.rootMeanSquare } ?? worst.count
    worst.insert(block, at: place)
    if worst.count > Self.kept { worst.removeLast() }
  }
}

extension FrozenMatrix {
  /// A row as floats.
  package func floats(ofRow row: Int) -> [Float] {
    var values = [Float](repeating: 0, count: columns)
    unsafe values.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { unsafe dequantize(row: row, into: base) }
    }
    return values
  }
}
