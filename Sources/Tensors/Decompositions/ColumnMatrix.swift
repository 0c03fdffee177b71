import COpenBLAS

/// A matrix of doubles in memory of its own, column after column as LAPACK has them.
package struct ColumnMatrix: Sendable {
  package let rows: Int
  package let columns: Int
  package var values: [Double]

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    values = Array(repeating: 0, count: rows * columns)
  }

  /// The rows of `matrix` as columns.
  package init(transposing matrix: Matrix) {
    self.init(rows: matrix.columns, columns: matrix.rows)
    for column in 0..<columns {
      for row in 0..<rows { self[row, column] = unsafe Double(matrix.row(column)[row]) }
    }
  }

  package subscript(row: Int, column: Int) -> Double {
    get { values[column * rows + row] }
    set { values[column * rows + row] = newValue }
  }

  package func times(_ other: ColumnMatrix) -> ColumnMatrix {
    precondition(columns == other.rows, "\(columns) columns by \(other.rows) rows")
    return product(with: other, CblasNoTrans, columns: other.columns)
  }

  /// The product with the other matrix transposed.
  package func times(transposed other: ColumnMatrix) -> ColumnMatrix {
    precondition(columns == other.columns, "\(columns) columns by \(other.columns)")
    return product(with: other, CblasTrans, columns: other.rows)
  }

  private func product(
    with other: ColumnMatrix, _ form: CBLAS_TRANSPOSE, columns count: Int
  ) -> ColumnMatrix {
    precondition(LibraryProduct.isReady, "OpenBLAS has \(openblas_get_num_threads()) threads")
    var result = ColumnMatrix(rows: rows, columns: count)
    unsafe cblas_dgemm(
      CblasColMajor, CblasNoTrans, form, Int32(rows), Int32(count), Int32(columns), 1, values,
      Int32(max(1, rows)), other.values, Int32(max(1, other.rows)), 0, &result.values,
      Int32(max(1, rows)))
    return result
  }

  package var transposed: ColumnMatrix {
    var result = ColumnMatrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }
}
