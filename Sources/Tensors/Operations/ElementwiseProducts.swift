/// Operations on all elements of matrices, row by row.
extension Compute {
  /// y = x with every column times its factor; `y` may be `x`.
  package func multiply(columns x: Matrix, by factors: [Float], into y: Matrix) {
    precondition(
      factors.count == x.columns && y.rows == x.rows && y.columns == x.columns,
      "\(factors.count) factors for \(x.rows) × \(x.columns) into \(y.rows) × \(y.columns)")
    forEachBlock(of: x.rows, grain: 16) { rows in
      unsafe factors.withUnsafeBufferPointer { factors in
        for row in rows {
          let (source, target) = unsafe (x.row(row), y.row(row))
          for column in factors.indices {
            unsafe target[column] = unsafe source[column] * factors[column]
          }
        }
      }
    }
  }

  /// y = x · other, element by element; `y` may be either.
  package func multiply(_ x: Matrix, elementwise other: Matrix, into y: Matrix) {
    check(x, other)
    check(x, y)
    forEachBlock(of: x.rows, grain: 16) { rows in
      for row in rows {
        let (first, second, target) = unsafe (x.row(row), other.row(row), y.row(row))
        for column in 0..<x.columns {
          unsafe target[column] = unsafe first[column] * second[column]
        }
      }
    }
  }

  /// y -= x.
  package func subtract(_ x: Matrix, from y: Matrix) {
    check(x, y)
    forEachBlock(of: x.rows, grain: 16) { rows in
      for row in rows {
        let (source, target) = unsafe (x.row(row), y.row(row))
        for column in 0..<x.columns { unsafe target[column] -= source[column] }
      }
    }
  }

  /// The sum of each column over the rows in their order, whatever the threads.
  package func columnSums(of x: Matrix) -> [Double] {
    let sums = RawBuffer(byteCount: x.columns * MemoryLayout<Double>.stride)
    forEachBlock(of: x.columns, grain: 64) { columns in
      let sums = unsafe sums.bound(to: Double.self)
      for column in columns { unsafe sums[column] = 0 }
      for row in 0..<x.rows {
        let values = unsafe x.row(row)
        for column in columns { unsafe sums[column] += Double(values[column]) }
      }
    }
    return unsafe Array(UnsafeBufferPointer(start: sums.bound(to: Double.self), count: x.columns))
  }

  private func check(_ x: Matrix, _ y: Matrix) {
    precondition(
      x.rows == y.rows && x.columns == y.columns,
      "\(x.rows) × \(x.columns) beside \(y.rows) × \(y.columns)")
  }
}
