import Glibc

/// The singular value decomposition of a product ΔW = scale · B · A of two thin matrices. ΔW itself is never made:
/// with B = Q₁R₁ and Aᵀ = Q₂R₂ its singular values are those of scale · R₁R₂ᵀ, which has only `rank` rows.
package struct LowRankDecomposition: Sendable {
  /// Descending, as many as the rank or the shorter side of ΔW; all 0 where ΔW is no more than what rounding of
  /// two factors leaves that cancel, as at a start on the weights.
  package let values: [Double]
  /// `[outputs, directions]`: what ΔW writes, a column a direction.
  package let left: ColumnMatrix
  /// `[inputs, directions]`: what it reads.
  package let right: ColumnMatrix

  /// - Parameters:
  ///   - a: `[rank, inputs]`.
  ///   - bTransposed: `[rank, outputs]`.
  /// - Returns: nil where a number is not finite, or no decomposition was found.
  package init?(a: Matrix, bTransposed: Matrix, scale: Double) {
    precondition(a.rows == bTransposed.rows, "ranks \(a.rows) and \(bTransposed.rows)")
    let (thinA, thinB) = (ColumnMatrix(transposing: a), ColumnMatrix(transposing: bTransposed))
    guard scale.isFinite, thinA.values.allSatisfy(\.isFinite), thinB.values.allSatisfy(\.isFinite)
    else { return nil }
    let (reads, writes) = (LAPACK.qr(thinA), LAPACK.qr(thinB))
    var core = writes.r.times(transposed: reads.r)
    for index in core.values.indices { core.values[index] *= scale }
    guard let parts = LAPACK.svd(core) else { return nil }
    let norm = Self.norm(of: parts.values)
    let factors = Self.norm(of: writes.r.values) * Self.norm(of: reads.r.values)
    let rounding = abs(scale) * factors * Double(Float.ulpOfOne)
    values = norm > rounding ? parts.values : parts.values.map { _ in 0 }
    left = writes.q.times(parts.u)
    right = reads.q.times(parts.v)
  }

  /// The Frobenius norm of ΔW.
  package var norm: Double { Self.norm(of: values) }

  private static func norm(of values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  /// How much of ‖ΔW‖² the first directions have; 0 where ΔW is zero.
  package func share(ofFirst count: Int) -> Double {
    let energy = norm * norm
    let part = values.prefix(count).reduce(0) { $0 + $1 * $1 }
    return energy > 0 ? part / energy : 0
  }

  /// e to the entropy of the singular values' shares (Roy and Vetterli, 2007): how many directions ΔW uses, 0
  /// where it is zero.
  package var effectiveRank: Double {
    let sum = values.reduce(0, +)
    guard sum > 0 else { return 0 }
    let entropy = values.reduce(0.0) { total, value in
      let share = value / sum
      return share > 0 ? total - share * log(share) : total
    }
    return exp(entropy)
  }

  /// How strongly ΔW amplifies its directions against the frozen W: ‖ΔW‖ / ‖UᵀWV‖, with U and V the directions of
  /// ΔW (LoRA, arXiv 2106.09685, section 7.3). nil where ΔW is zero.
  package func amplification(of weight: FrozenMatrix, with compute: Compute) -> Double? {
    precondition(
      weight.rows == left.rows && weight.columns == right.rows,
      "\(weight.rows) × \(weight.columns) beside \(left.rows) × \(right.rows)")
    let count = directionCount
    guard norm > 0, count > 0 else { return nil }
    let read = compute.arena.scoped { () -> ColumnMatrix in
      let inputs = compute.arena.matrix(count, weight.columns)
      for direction in 0..<count {
        for column in 0..<weight.columns {
          unsafe inputs.row(direction)[column] = Float(right[column, direction])
        }
      }
      let outputs = compute.arena.matrix(count, weight.rows)
      LibraryProduct.multiply(
        inputs, isTransposed: false, weight.operand, .rowsOfMatrix, depthStart: 0, alpha: 1,
        accumulate: false, into: outputs, with: compute)
      return ColumnMatrix(transposing: outputs)
    }
    let projected = left.transposed.times(read)
    var squares = 0.0
    for row in 0..<count {
      for column in 0..<count { squares += projected[row, column] * projected[row, column] }
    }
    return squares > 0 ? norm / squares.squareRoot() : nil
  }
}
