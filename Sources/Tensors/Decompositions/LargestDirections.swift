/// The largest singular values of a matrix W ≈ U·diag(s)·Vᵀ with their directions, from the eigenvectors of W·Wᵀ or
/// Wᵀ·W, whichever is smaller: far less work than a whole decomposition.
package struct LargestDirections: Sendable {
  /// Descending.
  package let values: [Double]
  /// `[rows, count]`.
  package let left: ColumnMatrix
  /// `[columns, count]`.
  package let right: ColumnMatrix

  /// - Parameter count: at most the shorter side of `matrix`.
  /// - Returns: nil where a number is not finite, or the iteration does not converge.
  package init?(of matrix: ColumnMatrix, count: Int) {
    guard matrix.values.allSatisfy(\.isFinite) else { return nil }
    let transposed = matrix.transposed
    let isWide = matrix.rows <= matrix.columns
    let (short, long) = isWide ? (matrix, transposed) : (transposed, matrix)
    guard
      let found = LAPACK.largestEigenvectors(short.times(transposed: short), count: count)
    else { return nil }
    let values = found.values.map { max(0, $0).squareRoot() }
    var others = long.times(found.vectors)
    for (column, value) in values.enumerated() {
      // where W ends, so do its directions
      let factor = value > values[0] * 1e-12 ? 1 / value : 0
      for row in 0..<others.rows { others[row, column] *= factor }
    }
    self.values = values
    (left, right) = isWide ? (found.vectors, others) : (others, found.vectors)
  }
}

extension ColumnMatrix {
  /// A = Q·R with Q of orthonormal columns, as many as the shorter side of A.
  package var orthonormal: (q: ColumnMatrix, r: ColumnMatrix) { LAPACK.qr(self) }
}
