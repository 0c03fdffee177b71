import CKernels
import COpenBLAS

/// Products through OpenBLAS: the path for processors without kernels of ours, and the reference that
/// ours are tested against. Each task dequantizes a block of columns and calls one-threaded `sgemm`,
/// so results do not depend on the thread count.
package enum LibraryProduct {
  private static let blockColumns = 128

  /// OpenBLAS may not start threads of its own beside the worker pool.
  package static let isReady: Bool = {
    openblas_set_num_threads(1)
    return openblas_get_num_threads() == 1
  }()

  /// `c (+)= alpha · a · w` (or `wᵀ`), with `a` `[rows, depth]`, or `[depth, rows]` if transposed.
  package static func multiply(
    _ a: Matrix, isTransposed: Bool, _ w: Operand, _ orientation: Orientation, depthStart: Int,
    alpha: Float, accumulate: Bool, into c: Matrix, with compute: Compute
  ) {
    precondition(isReady, "OpenBLAS keeps threads of its own (\(openblas_get_num_threads()))")
    let depth = isTransposed ? a.rows : a.columns
    compute.pool.run((c.columns + blockColumns - 1) / blockColumns) { task, worker in
      let scratch = compute.scratch(of: worker)
      scratch.scoped {
        let first = task * blockColumns
        let count = min(blockColumns, c.columns - first)
        let byRow = orientation == .rowsOfMatrix
        let block = byRow ? scratch.matrix(count, depth) : scratch.matrix(depth, count)
        unsafe withUnsafePointer(to: w.matrix) { w in
          for row in 0..<block.rows {
            if byRow {
              unsafe ck_dequantize(w, first + row, depthStart, depth, block.row(row))
            } else {
              unsafe ck_dequantize(w, depthStart + row, first, count, block.row(row))
            }
          }
        }
        unsafe cblas_sgemm(
          CblasRowMajor, isTransposed ? CblasTrans : CblasNoTrans,
          byRow ? CblasTrans : CblasNoTrans, Int32(c.rows), Int32(count), Int32(depth), alpha,
          a.base, Int32(a.stride), block.base, Int32(block.stride), accumulate ? 1 : 0,
          c.base + first, Int32(c.stride))
      }
    }
  }
}

extension LibraryProduct {
  /// OpenBLAS's own description: version and options.
  package static var version: String { unsafe String(cString: openblas_get_config()) }
}
