import COpenBLAS

/// The decompositions that are taken from OpenBLAS.
enum LAPACK {
  /// A = Q·R with Q of orthonormal columns, as many as the shorter side of A.
  static func qr(_ matrix: ColumnMatrix) -> (q: ColumnMatrix, r: ColumnMatrix) {
    precondition(LibraryProduct.isReady, "OpenBLAS has \(openblas_get_num_threads()) threads")
    let count = min(matrix.rows, matrix.columns)
    var packed = matrix.values
    var (m, n, k) = (Int32(matrix.rows), Int32(matrix.columns), Int32(count))
    var tau = [Double](repeating: 0, count: max(1, count))
    var lda = max(1, m)
    unsafe withWorkspace { work, size, info in
      unsafe dgeqrf_(&m, &n, &packed, &lda, &tau, work, size, info)
    }
    var r = ColumnMatrix(rows: count, columns: matrix.columns)
    for column in 0..<matrix.columns {
      for row in 0..<min(count, column + 1) {
        r[row, column] = packed[column * matrix.rows + row]
      }
    }
    unsafe withWorkspace { work, size, info in
      unsafe dorgqr_(&m, &k, &k, &packed, &lda, &tau, work, size, info)
    }
    var q = ColumnMatrix(rows: matrix.rows, columns: count)
    q.values = Array(packed.prefix(matrix.rows * count))
    return (q, r)
  }

  /// A = U·diag(s)·Vᵀ, the singular values descending; nil where the iteration does not converge.
  static func svd(
    _ matrix: ColumnMatrix
  ) -> (u: ColumnMatrix, values: [Double], v: ColumnMatrix)? {
    precondition(LibraryProduct.isReady, "OpenBLAS has \(openblas_get_num_threads()) threads")
    let count = min(matrix.rows, matrix.columns)
    var a = matrix.values
    var (m, n, k) = (Int32(matrix.rows), Int32(matrix.columns), Int32(count))
    var values = [Double](repeating: 0, count: count)
    var u = ColumnMatrix(rows: matrix.rows, columns: count)
    var transposed = ColumnMatrix(rows: count, columns: matrix.columns)
    var integers = [Int32](repeating: 0, count: 8 * max(1, count))
    var lda = max(1, m)
    var job = CChar(bitPattern: UInt8(ascii: "S"))
    let status = unsafe withWorkspace { work, size, info in
      unsafe dgesdd_(
        &job, &m, &n, &a, &lda, &values, &u.values, &lda, &transposed.values, &k, work, size,
        &integers, info)
    }
    return status == 0 ? (u, values, transposed.transposed) : nil
  }

  /// Asks a routine for the workspace that it wants, then runs it; gives its status, which is above zero only
  /// where an iteration did not converge.
  @discardableResult
  private static func withWorkspace(
    _ routine: (UnsafeMutablePointer<Double>, UnsafePointer<Int32>, UnsafeMutablePointer<Int32>)
      -> Void
  ) -> Int32 {
    var info: Int32 = 0
    var size: Int32 = -1
    var best = 0.0
    unsafe routine(&best, &size, &info)
    precondition(info == 0, "LAPACK refuses its argument \(-info)")
    size = Int32(max(1, best))
    var work = [Double](repeating: 0, count: Int(size))
    unsafe routine(&work, &size, &info)
    precondition(info >= 0, "LAPACK refuses its argument \(-info)")
    return info
  }
}
