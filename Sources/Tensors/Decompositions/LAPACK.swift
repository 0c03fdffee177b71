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

  /// The largest eigenvalues of a symmetric matrix, descending, and their vectors as columns; nil where the
  /// iteration does not converge.
  ///
  /// - Parameter count: at most the matrix's rows.
  static func largestEigenvectors(
    _ matrix: ColumnMatrix, count: Int
  ) -> (values: [Double], vectors: ColumnMatrix)? {
    precondition(LibraryProduct.isReady, "OpenBLAS has \(openblas_get_num_threads()) threads")
    precondition(
      matrix.rows == matrix.columns && (1...matrix.rows).contains(count),
      "\(count) vectors of \(matrix.rows) × \(matrix.columns)")
    var a = matrix.values
    var n = Int32(matrix.rows)
    var (first, found) = (n - Int32(count) + 1, Int32(0))
    var values = [Double](repeating: 0, count: matrix.rows)
    var vectors = ColumnMatrix(rows: matrix.rows, columns: count)
    var supports = [Int32](repeating: 0, count: 2 * count)
    var integers = [Int32](repeating: 0, count: 10 * matrix.rows)
    var (integerCount, unused) = (Int32(integers.count), 0.0)
    var (job, range, half) = (
      CChar(bitPattern: UInt8(ascii: "V")), CChar(bitPattern: UInt8(ascii: "I")),
      CChar(bitPattern: UInt8(ascii: "L"))
    )
    let status = unsafe withWorkspace { work, size, info in
      unsafe dsyevr_(
        &job, &range, &half, &n, &a, &n, &unused, &unused, &first, &n, &unused, &found, &values,
        &vectors.values, &n, &supports, work, size, &integers, &integerCount, info)
    }
    guard status == 0, found == Int32(count) else { return nil }
    var descending = ColumnMatrix(rows: matrix.rows, columns: count)
    for column in 0..<count {
      for row in 0..<matrix.rows {
        descending[row, column] = vectors[row, count - 1 - column]
      }
    }
    return (values.prefix(count).reversed(), descending)
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
