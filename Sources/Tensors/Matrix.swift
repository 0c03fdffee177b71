import CKernels

/// A view of row-major floats `[rows, columns]`, `stride` elements from one row to the next.
///
/// The memory belongs to an `Arena` (or a `KeyValueCache`), which must outlive the view. Tasks on
/// several threads may write disjoint rows or columns of one matrix.
@safe package struct Matrix: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let rows: Int
  package let columns: Int
  package let stride: Int

  package init(
    base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil
  ) {
    unsafe self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
  }

  package var count: Int { rows * columns }

  package func row(_ index: Int) -> UnsafeMutablePointer<Float> { unsafe base + index * stride }

  /// The rows of `range` as a view.
  package func rows(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of a matrix with \(rows)")
    return unsafe Matrix(
      base: row(range.lowerBound), rows: range.count, columns: columns, stride: stride)
  }

  /// The columns of `range` as a view.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= columns,
      "columns \(range) of a matrix with \(columns)")
    return unsafe Matrix(
      base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// This matrix as the right-hand side of a product.
  package var operand: Operand { unsafe Operand(kernelMatrix) }

  /// What the kernels read.
  var kernelMatrix: ck_matrix {
    unsafe ck_matrix(
      CK_F32, rows: rows, columns: columns, data: UnsafeRawPointer(base),
      rowByteCount: stride * MemoryLayout<Float>.stride)
  }

  package func fill(_ value: Float) {
    for index in 0..<rows { unsafe row(index).update(repeating: value, count: columns) }
  }

  package func copy(from other: Matrix) {
    precondition(
      other.rows == rows && other.columns == columns,
      "a copy of \(other.rows) × \(other.columns) into \(rows) × \(columns)")
    for index in 0..<rows { unsafe row(index).update(from: other.row(index), count: columns) }
  }
}
