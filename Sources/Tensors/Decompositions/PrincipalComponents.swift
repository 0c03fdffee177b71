/// The directions along which rows of numbers vary most, found batch by batch (incremental principal component analysis:
/// Ross et al. 2008, as scikit-learn's `IncrementalPCA` has it).
package struct PrincipalComponents: Sendable {
  /// How many are looked for.
  package let count: Int
  /// Unit vectors, the first with the largest variance, `[inputs, count]`; the largest number of each is positive. Nil
  /// before the first batch.
  package private(set) var directions: ColumnMatrix?
  /// The share of all variance along each.
  package private(set) var varianceShares: [Double] = []
  /// The cosine between each and what it was before the last batch; empty after the first one.
  package private(set) var similarities: [Double] = []

  private var values: [Double] = []
  private var mean: [Double] = []
  /// Of each column the sum of squared distances from its mean.
  private var squares: [Double] = []
  private var seen = 0

  /// - Parameter count: at least 1.
  package init(count: Int) {
    precondition(count > 0, "\(count) components")
    self.count = count
  }

  /// Takes further rows into account.
  ///
  /// - Parameter columns: the rows as columns, `[inputs, rows]`, at least `count` of them and of their numbers.
  /// - Returns: false where a number is not finite, or the decomposition does not converge; nothing is changed then.
  package mutating func add(_ columns: ColumnMatrix) -> Bool {
    precondition(
      min(columns.rows, columns.columns) >= count,
      "\(count) components of \(columns.columns) rows of \(columns.rows) numbers")
    let (inputs, rows) = (columns.rows, columns.columns)
    let center = (0..<inputs).map { input in
      (0..<rows).reduce(0) { $0 + columns[input, $1] } / Double(rows)
    }
    var centered = columns
    for row in 0..<rows {
      for input in 0..<inputs { centered[input, row] -= center[input] }
    }
    let stacked = directions.map { beside($0, centered, center) } ?? centered
    guard let found = LargestDirections(of: stacked, count: count) else { return false }
    let flipped = found.left.withLargestPositive
    similarities =
      directions.map { before in
        (0..<count).map { direction in
          (0..<inputs).reduce(0) { $0 + before[$1, direction] * flipped[$1, direction] }
        }
      } ?? []
    (directions, values) = (flipped, found.values)
    addMoments(of: centered, center)
    let variance = squares.reduce(0, +)
    varianceShares = values.map { variance > 0 ? $0 * $0 / variance : 0 }
    return true
  }

  /// What is known of the rows before, the new ones, and the distance of their means, side by side: the same scatter
  /// as that of all rows.
  private func beside(
    _ directions: ColumnMatrix, _ centered: ColumnMatrix, _ center: [Double]
  ) -> ColumnMatrix {
    let (inputs, rows) = (centered.rows, centered.columns)
    var result = ColumnMatrix(rows: inputs, columns: count + rows + 1)
    let share = Double(seen) / Double(seen + rows)
    for input in 0..<inputs {
      for direction in 0..<count {
        result[input, direction] = values[direction] * directions[input, direction]
      }
      for row in 0..<rows { result[input, count + row] = centered[input, row] }
      result[input, count + rows] =
        (share * Double(rows)).squareRoot() * (mean[input] - center[input])
    }
    return result
  }

  private mutating func addMoments(of centered: ColumnMatrix, _ center: [Double]) {
    let (inputs, rows) = (centered.rows, centered.columns)
    if seen == 0 {
      mean = Array(repeating: 0, count: inputs)
      squares = mean
    }
    let (before, new) = (Double(seen), Double(rows))
    for input in 0..<inputs {
      let own = (0..<rows).reduce(0) { $0 + centered[input, $1] * centered[input, $1] }
      let distance = center[input] - mean[input]
      squares[input] += own + distance * distance * before * new / (before + new)
      mean[input] += distance * new / (before + new)
    }
    seen += rows
  }
}

extension ColumnMatrix {
  /// Each column with the sign that makes its largest number positive.
  fileprivate var withLargestPositive: ColumnMatrix {
    var result = self
    for column in 0..<columns {
      let largest = (0..<rows).max { abs(self[$0, column]) < abs(self[$1, column]) } ?? 0
      guard self[largest, column] < 0 else { continue }
      for row in 0..<rows { result[row, column] *= -1 }
    }
    return result
  }
}
