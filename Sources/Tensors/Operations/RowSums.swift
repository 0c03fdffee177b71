import CKernels

extension Compute {
  /// Writes `bias` to every row of `y`, or adds it.
  package func spread(_ bias: [Float], over y: Matrix, accumulates: Bool) {
    precondition(bias.count == y.columns, "\(bias.count) biases for \(y.columns) columns")
    forEachBlock(of: y.rows, grain: 64) { rows in
      unsafe bias.withUnsafeBufferPointer { bias in
        guard let values = bias.baseAddress else { return }
        for row in rows {
          if accumulates {
            unsafe ck_add(y.row(row), values, y.columns)
          } else {
            unsafe y.row(row).update(from: values, count: y.columns)
          }
        }
      }
    }
  }

  /// y += x, row by row.
  package func add(_ x: Matrix, to y: Matrix) {
    precondition(
      x.rows == y.rows && x.columns == y.columns,
      "\(x.rows) × \(x.columns) added to \(y.rows) × \(y.columns)")
    forEachBlock(of: x.rows, grain: 64) { rows in
      for row in rows { unsafe ck_add(y.row(row), x.row(row), x.columns) }
    }
  }
}
