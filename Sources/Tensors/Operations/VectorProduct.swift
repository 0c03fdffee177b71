import CKernels

/// Few rows for products with several matrices while decoding: exact, and as int8 blocks where those may
/// be used. Tasks only read them.
package struct PackedVectors: @unchecked Sendable {
  /// `[vectors, columns]`.
  package let values: Matrix
  /// The same as int8, in groups; empty where products are exact.
  fileprivate let groups: [Group]

  /// Vectors that are multiplied together.
  @safe fileprivate struct Group {
    let first: Int
    let rows: ck_int8_rows
  }
}

extension Compute {
  /// Prepares each row of `x`; where products shall be exact, or with columns that are not whole blocks
  /// of 32, it stays as it is. The memory comes from `arena`.
  ///
  /// - Parameter write: writes some rows of `x` before they are prepared.
  package func packVectors(
    _ x: Matrix, isExact: Bool = false, write: @Sendable (Range<Int>) -> Void = { _ in }
  ) -> PackedVectors {
    var groups: [PackedVectors.Group] = []
    if quantizesVectors, !isExact, x.columns % 32 == 0 {
      for first in stride(from: 0, to: x.rows, by: Int(CK_INT8_ROWS)) {
        let used = min(x.rows - first, Int(CK_INT8_ROWS))
        unsafe groups.append(
          PackedVectors.Group(first: first, rows: room(for: x.rows(first..<first + used))))
      }
    }
    let packed = PackedVectors(values: x, groups: groups)
    forEachBlock(of: x.rows, grain: share(of: x.rows)) { rows in
      write(rows)
      packed.quantize(rows)
    }
    return packed
  }

  /// Room for one row, or for some with zeros for those that are missing.
  private func room(for x: Matrix) -> ck_int8_rows {
    let step = Int(CK_INT8_STEP)
    let count = x.rows == 1 ? 1 : (x.rows + step - 1) / step * step
    let blocks = count * x.columns / 32
    let factors = arena.matrix(2, blocks)
    let rows = unsafe ck_int8_rows(
      codes: arena.allocate(byteCount: 32 * blocks).assumingMemoryBound(to: Int8.self),
      scales: factors.row(0), sums: factors.row(1),
      shifts: arena.allocate(byteCount: 4 * blocks).assumingMemoryBound(to: Int32.self),
      rows: count, used: x.rows)
    if x.rows < count {
      factors.fill(0)
      unsafe rows.codes.update(repeating: 0, count: 32 * blocks)
      unsafe rows.shifts.update(repeating: 0, count: blocks)
    }
    return unsafe rows
  }

  /// y = W·x for several rows and several matrices that share them, in one round of the worker pool.
  /// Each row comes out as it would alone. Each thread reads one stretch of a matrix: for one row memory
  /// is the limit, and short stretches halve its speed; for several that are exact a few rows of the
  /// matrix stay in the cache while they pass.
  ///
  /// - Parameter products: each matrix with its results `[vectors, rows]`, overwritten.
  package func multiply(
    _ x: PackedVectors, by products: [(matrix: FrozenMatrix, y: Matrix)]
  ) {
    for (matrix, y) in products {
      precondition(
        x.values.columns == matrix.columns && y.rows == x.values.rows && y.columns == matrix.rows,
        "[\(matrix.rows), \(matrix.columns)] · [\(x.values.rows), \(x.values.columns)] into "
          + "[\(y.rows), \(y.columns)]")
    }
    let shares = pool.threadCount
    pool.run(products.count * shares) { task, worker in
      let (matrix, y) = products[task / shares]
      let stretch = matrix.stretch(task % shares, of: shares)
      if matrix.multiplyAsInt8(x, rows: stretch, into: y) { return }
      let block = y.rows == 1 ? max(1, stretch.count) : matrix.rowsInCache
      let scratch = scratch(of: worker)
      for start in stride(from: stretch.lowerBound, to: stretch.upperBound, by: block) {
        scratch.scoped {
          let rows = start..<min(stretch.upperBound, start + block)
          matrix.multiplyExactly(x, rows: rows, into: y, scratch)
        }
      }
    }
  }
}

extension PackedVectors {
  fileprivate func quantize(_ range: Range<Int>) {
    for group in groups {
      let own = unsafe range.clamped(to: group.first..<group.first + group.rows.used)
      unsafe withUnsafePointer(to: group.rows) { rows in
        for row in own {
          unsafe ck_quantize_row(values.row(row), values.columns, rows, row - group.first)
        }
      }
    }
  }
}

extension FrozenMatrix {
  /// The rows of one of several threads: of several vectors the kernels take sixteen at a time.
  fileprivate func stretch(_ share: Int, of shares: Int) -> Range<Int> {
    let grain = 16
    let parts = (rows + grain - 1) / grain
    return min(
      rows, parts * share / shares * grain)..<min(
        rows, parts * (share + 1) / shares * grain)
  }

  /// Rows of floats that stay in the first cache beside a few vectors.
  fileprivate var rowsInCache: Int { max(1, 16_384 / (4 * max(1, columns))) }

  /// The products of some rows with int8 vectors; false where the vectors are exact, or the format has no
  /// such products.
  fileprivate func multiplyAsInt8(_ x: PackedVectors, rows: Range<Int>, into y: Matrix) -> Bool {
    guard !x.groups.isEmpty else { return false }
    return unsafe withUnsafePointer(to: kernelMatrix) { matrix in
      x.groups.allSatisfy { group in
        unsafe withUnsafePointer(to: group.rows) { vectors in
          unsafe ck_multiply_int8(
            matrix, rows.lowerBound, rows.count, vectors, y.row(group.first) + rows.lowerBound,
            y.stride)
        }
      }
    }
  }

  /// The products of some rows in f32; for several vectors the rows are dequantized once.
  fileprivate func multiplyExactly(
    _ x: PackedVectors, rows: Range<Int>, into y: Matrix, _ scratch: Arena
  ) {
    var matrix = unsafe kernelMatrix
    var first = rows.lowerBound
    // Factors that do not divide into whole steps are summed in another order.
    if y.rows > 1, factorBlock % 32 == 0 {
      let floats = scratch.matrix(rows.count, columns)
      for row in rows { unsafe dequantize(row: row, into: floats.row(row - first)) }
      unsafe matrix = floats.kernelMatrix
      first = 0
    }
    for row in 0..<y.rows {
      unsafe ck_multiply_vector(
        &matrix, first, rows.count, x.values.row(row), y.row(row) + rows.lowerBound)
    }
  }
}

extension Compute {
  /// y += alpha · M·x for each row of `x` `[rows, columns]`, with Mᵀ `[columns, outputs]`.
  package func addProduct(
    ofRows x: Matrix, transposed matrix: Matrix, alpha: Float, to y: Matrix
  ) {
    precondition(
      x.columns == matrix.rows && y.columns == matrix.columns && x.rows == y.rows,
      "[\(x.rows), \(x.columns)] · [\(matrix.rows), \(matrix.columns)] into [\(y.rows), \(y.columns)]"
    )
    forEachBlock(of: x.rows, grain: 1) { rows, scratch in
      for row in rows {
        let sum = scratch.matrix(1, y.columns)
        unsafe ck_weighted_sum(
          x.row(row), matrix.base, matrix.stride, matrix.rows, y.columns, sum.base)
        unsafe ck_scale(sum.base, alpha, y.columns)
        unsafe ck_add(y.row(row), sum.base, y.columns)
      }
    }
  }

  /// y += alpha · B·A·x for each row of `x` `[rows, columns]`, with the thin matrices A `[rank, columns]`
  /// and Bᵀ `[rank, outputs]`.
  package func addLowRank(
    ofRows x: Matrix, a: Matrix, bTransposed: Matrix, alpha: Float, to y: Matrix
  ) {
    precondition(
      x.columns == a.columns && a.rows == bTransposed.rows && y.columns == bTransposed.columns
        && x.rows == y.rows,
      "[\(bTransposed.columns), \(bTransposed.rows)] · [\(a.rows), \(a.columns)] · [\(x.rows), "
        + "\(x.columns)] into [\(y.rows), \(y.columns)]")
    forEachBlock(of: x.rows, grain: 1) { rows, scratch in
      for row in rows {
        let low = scratch.matrix(1, a.rows)
        let sum = scratch.matrix(1, y.columns)
        unsafe withUnsafePointer(to: a.kernelMatrix) {
          unsafe ck_multiply_vector($0, 0, a.rows, x.row(row), low.base)
        }
        unsafe ck_scale(low.base, alpha, a.rows)
        unsafe ck_weighted_sum(
          low.base, bTransposed.base, bTransposed.stride, bTransposed.rows, y.columns, sum.base)
        unsafe ck_add(y.row(row), sum.base, y.columns)
      }
    }
  }
}
