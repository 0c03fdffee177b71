import Synchronization
import Tensors

extension LoRAPair {
  /// The lengths of the rows of W + scale · B·A (DoRA, arXiv 2402.09353), of which gradients take no account
  /// (section 4.3): for row i the root of ‖Wᵢ‖² + 2·scale·bᵢ·(A·Wᵢ) + scale²·bᵢ·(A·Aᵀ)·bᵢ.
  ///
  /// - Parameter squares: ‖Wᵢ‖² of each row.
  func rowNorms(
    beside weight: FrozenMatrix, squares: [Double], with compute: Compute
  ) -> [Float] {
    let rank = a.rows
    return compute.arena.scoped {
      let along = compute.arena.matrix(rank, weight.rows)
      compute.multiply(compute.pack(a), weight.operand, .rowsOfMatrix, into: along)
      let gram = (0..<rank).map { row in
        (0..<rank).map { unsafe Self.product(a.row(row), a.row($0), a.columns) }
      }
      return squares.indices.map { row in
        let b = (0..<rank).map { unsafe Double(bTransposed.row($0)[row]) * Double(scale) }
        var square = squares[row]
        for first in 0..<rank {
          square += unsafe 2 * b[first] * Double(along.row(first)[row])
          for second in 0..<rank { square += b[first] * b[second] * gram[first][second] }
        }
        return Float(max(0, square).squareRoot())
      }
    }
  }

  private static func product(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int
  ) -> Double {
    var sum = 0.0
    for index in 0..<count { unsafe sum += Double(left[index]) * Double(right[index]) }
    return sum
  }
}

/// ‖Wᵢ‖² of the rows of frozen matrices, which stay as long as the base does.
final class BaseSquares: Sendable {
  private struct Known {
    let weight: FrozenMatrix
    let squares: [Double]
  }

  private let known = Mutex<[ModulePlace: Known]>([:])

  func squares(
    of weight: FrozenMatrix, at place: ModulePlace, with compute: Compute
  ) -> [Double] {
    if let known = known.withLock({ $0[place] }), known.weight === weight { return known.squares }
    let squares = weight.rowSquares(with: compute)
    known.withLock { $0[place] = Known(weight: weight, squares: squares) }
    return squares
  }
}

extension FrozenMatrix {
  /// The sum of squares of each row.
  fileprivate func rowSquares(with compute: Compute) -> [Double] {
    let sums = RawBuffer(byteCount: rows * MemoryLayout<Double>.stride)
    compute.forEachBlock(of: rows, grain: 64) { block, scratch in
      let values = scratch.matrix(1, columns)
      for row in block {
        unsafe dequantize(row: row, into: values.base)
        unsafe sums.bound(to: Double.self)[row] = VectorUpdates.sumOfSquares(
          values.base, count: columns)
      }
    }
    return unsafe Array(UnsafeBufferPointer(start: sums.bound(to: Double.self), count: rows))
  }
}

extension Adapter {
  /// The lengths that make a weight-decomposed adapter answer as the model without it: those of the rows of W
  /// + scale · B·A as they are now.
  ///
  /// - Parameter weights: of the base in use.
  package func takeLengths(of weights: FrozenWeights, with compute: Compute) {
    for entry in parameters.layout.entries {
      let pair = parameters.pair(entry)
      guard let lengths = pair.lengths else { continue }
      let weight = weights[entry.place].weight
      let norms = pair.rowNorms(
        beside: weight, squares: baseSquares.squares(of: weight, at: entry.place, with: compute),
        with: compute)
      for (row, norm) in norms.enumerated() { unsafe lengths.base[row] = norm }
    }
  }
}
