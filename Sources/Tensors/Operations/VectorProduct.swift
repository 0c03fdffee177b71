import CKernels

/// One row for products with several matrices while decoding: exact, or as int8 blocks. Tasks only read it.
@safe package struct PackedVector: @unchecked Sendable {
  let count: Int
  let values: UnsafePointer<Float>
  let codes: UnsafeMutablePointer<Int8>?
  let scales: UnsafeMutablePointer<Float>?
  let sums: UnsafeMutablePointer<Float>?
}

extension Compute {
  /// Prepares `x[count]`; where it shall be exact, or with a count that is not whole blocks of 32, it
  /// stays as it is. The memory comes from `arena`.
  package func packVector(
    _ x: UnsafePointer<Float>, count: Int, isExact: Bool = false
  ) -> PackedVector {
    guard quantizesVectors, !isExact, count % 32 == 0 else {
      return unsafe PackedVector(count: count, values: x, codes: nil, scales: nil, sums: nil)
    }
    let codes = unsafe arena.allocate(byteCount: count).assumingMemoryBound(to: Int8.self)
    let factors = arena.matrix(2, count / 32)
    unsafe ck_quantize_vector(x, count, codes, factors.row(0), factors.row(1))
    return unsafe PackedVector(
      count: count, values: x, codes: codes, scales: factors.row(0), sums: factors.row(1))
  }

  /// y = W·x for several matrices that share `x`, in one round of the worker pool. Each thread reads
  /// one stretch of a matrix: memory is the limit here, and short stretches halve its speed.
  package func multiply(
    _ x: PackedVector, by products: [(matrix: FrozenMatrix, y: UnsafeMutablePointer<Float>)]
  ) {
    for matrix in unsafe products.map(\.matrix) {
      precondition(
        matrix.columns == x.count, "[\(matrix.rows), \(matrix.columns)] · [\(x.count)]")
    }
    let shares = pool.threadCount
    // Each task writes rows of its own.
    nonisolated(unsafe) let products = unsafe products
    unsafe pool.run(products.count * shares) { task, _ in
      let (matrix, y) = unsafe products[task / shares]
      let first = matrix.rows * (task % shares) / shares
      let count = matrix.rows * (task % shares + 1) / shares - first
      unsafe withUnsafePointer(to: matrix.kernelMatrix) { operand in
        if let codes = unsafe x.codes, let scales = unsafe x.scales, let sums = unsafe x.sums,
          unsafe ck_multiply_vector_int8(operand, first, count, codes, scales, sums, y + first)
        {
          return
        }
        unsafe ck_multiply_vector(operand, first, count, x.values, y + first)
      }
    }
  }
}

extension Compute {
  /// y = alpha · W·x for one row `x` `[1, columns]` and few rows of floats.
  package func multiplyRow(_ x: Matrix, by w: Matrix, alpha: Float, into y: Matrix) {
    precondition(
      x.columns == w.columns && y.columns == w.rows,
      "[\(w.rows), \(w.columns)] · [\(x.columns)] into [\(y.columns)]")
    unsafe withUnsafePointer(to: w.kernelMatrix) {
      unsafe ck_multiply_vector($0, 0, w.rows, x.base, y.base)
    }
    unsafe ck_scale(y.base, alpha, y.columns)
  }

  /// y += Σ weights[i] · row i of `w`, for one row of weights `[1, rows]`.
  package func addWeightedRows(of w: Matrix, _ weights: Matrix, to y: Matrix) {
    precondition(
      weights.columns == w.rows && y.columns == w.columns,
      "[\(weights.columns)] · [\(w.rows), \(w.columns)] into [\(y.columns)]")
    arena.scoped {
      let sum = arena.matrix(1, y.columns)
      unsafe ck_weighted_sum(weights.base, w.base, w.stride, w.rows, w.columns, sum.base)
      unsafe ck_add(y.base, sum.base, y.columns)
    }
  }
}
