import CKernels

/// What the kernels do when nothing keeps them, for measurements.
extension Compute {
  /// Multiplies one tile by one panel, both in the cache, `repetitions` times on each thread.
  ///
  /// - Returns: the floating-point operations done, a multiplication and an addition each.
  package func multiplyInCache(depth: Int, repetitions: Int) -> Int {
    let rows = ck_tile_rows(operands)
    let columns = ck_panel_columns(operands)
    let (tileBytes, panelBytes) = (
      ck_packed_rows_bytes(operands, rows, depth), ck_panel_bytes(operands, depth)
    )
    pool.run(pool.threadCount) { _, worker in
      let arena = scratch(of: worker)
      arena.scoped {
        let tile = unsafe arena.allocate(byteCount: tileBytes)
        let panel = unsafe arena.allocate(byteCount: panelBytes)
        let sums = arena.matrix(rows, columns)
        unsafe tile.initializeMemory(as: UInt8.self, repeating: 0, count: tileBytes)
        unsafe panel.initializeMemory(as: UInt8.self, repeating: 0, count: panelBytes)
        for _ in 0..<repetitions {
          unsafe ck_multiply(
            operands, tile, rows, panel, columns, depth, 1, false, sums.base, sums.stride)
        }
      }
    }
    return 2 * rows * columns * depth * repetitions * pool.threadCount
  }

  /// y = W·x for one row `x`, each thread a share of the rows of `w`: memory is the limit.
  package func readThrough(_ w: Matrix, _ x: Matrix, into y: Matrix) {
    precondition(x.columns == w.columns && y.columns == w.rows, "[\(w.rows), \(w.columns)]")
    let threads = pool.threadCount
    pool.run(threads) { task, _ in
      let first = w.rows * task / threads
      let count = w.rows * (task + 1) / threads - first
      unsafe withUnsafePointer(to: w.kernelMatrix) {
        unsafe ck_multiply_vector($0, first, count, x.base, y.base + first)
      }
    }
  }
}
