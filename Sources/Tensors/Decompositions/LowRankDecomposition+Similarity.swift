extension LowRankDecomposition {
  /// Which singular vectors of ΔW are meant.
  package enum Side: Sendable {
    /// What ΔW reads, of its inputs.
    case reads
    /// What it writes, of its outputs.
    case writes
  }

  /// Directions that are rounding and nothing else are none.
  package var directionCount: Int { values.prefix { $0 > 1e-6 * (values.first ?? 0) }.count }

  /// How far two changes of one matrix share their first directions: ‖UᵀV‖² / count, with U and V the first
  /// `count` singular vectors of either; 0 for none and 1 for all (LoRA, arXiv 2106.09685, section 7.2).
  ///
  /// - Parameter count: at least one, at most the directions of either.
  package func similarity(
    to other: LowRankDecomposition, ofFirst count: Int, side: Side
  ) -> Double {
    let (mine, others) =
      side == .reads ? (right, other.right) : (left, other.left)
    precondition(
      mine.rows == others.rows && 1...min(directionCount, other.directionCount) ~= count,
      "\(count) directions of \(mine.rows) × \(mine.columns) and \(others.rows) × \(others.columns)"
    )
    var squares = 0.0
    for one in 0..<count {
      for two in 0..<count {
        let cosine = (0..<mine.rows).reduce(0.0) { $0 + mine[$1, one] * others[$1, two] }
        squares += cosine * cosine
      }
    }
    return squares / Double(count)
  }
}
