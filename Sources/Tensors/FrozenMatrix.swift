import CKernels

/// A weight matrix `[rows, columns]` that training never changes, kept in its block format.
///
/// Products dequantize one panel of it at a time; `owner` keeps the memory (a mapped file or a
/// buffer) alive.
@safe package final class FrozenMatrix: @unchecked Sendable {
  package let format: WeightFormat
  package let rows: Int
  package let columns: Int
  /// Bytes of codes and factors together.
  package let byteCount: Int
  /// What the kernels read.
  package let kernelMatrix: ck_matrix
  private let owners: [AnyObject]

  /// - Parameters:
  ///   - data: `rows` rows of codes, one after the other.
  ///   - factorByteCount: bytes of factors stored beside the codes.
  package init(
    format: WeightFormat, rows: Int, columns: Int, data: UnsafeRawPointer, rowByteCount: Int,
    factorByteCount: Int = 0, owners: [AnyObject], configure: (inout ck_matrix) -> Void = { _ in }
  ) {
    precondition(
      rows >= 0 && rowByteCount == format.rowByteCount(columns: columns),
      "\(rows) rows of \(columns) weights in \(format.rawValue) with \(rowByteCount) bytes each")
    self.format = format
    self.rows = rows
    self.columns = columns
    self.owners = owners
    byteCount = rows * rowByteCount + factorByteCount
    var kernelMatrix = unsafe ck_matrix(
      format.kernelFormat, rows: rows, columns: columns, data: data, rowByteCount: rowByteCount)
    unsafe configure(&kernelMatrix)
    unsafe self.kernelMatrix = kernelMatrix
  }

  package var elementCount: Int { rows * columns }

  /// This matrix as the right-hand side of a product.
  package var operand: Operand { unsafe Operand(kernelMatrix) }

  /// Elements that share a factor; 0 where factors are part of the codes.
  package var factorBlock: Int { unsafe kernelMatrix.block }
  /// Whether the factors are quantized themselves.
  package var isDouble: Bool { unsafe kernelMatrix.nested_codes != nil }
  /// The codes, row after row.
  package var codes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(start: kernelMatrix.data, count: rows * kernelMatrix.row_bytes)
  }

  /// The transposed matrix in memory of its own; nil where elements share a block.
  package func transposed() -> FrozenMatrix? {
    let size: Int
    switch format {
    case .f32: size = 4
    case .f16, .bf16: size = 2
    default: return nil
    }
    let buffer = RawBuffer(byteCount: rows * columns * size)
    let source = unsafe kernelMatrix.data
    // Squares of 64 × 64 stay in the cache, whichever way they are walked.
    for firstRow in stride(from: 0, to: rows, by: 64) {
      for firstColumn in stride(from: 0, to: columns, by: 64) {
        for column in firstColumn..<min(columns, firstColumn + 64) {
          for row in firstRow..<min(rows, firstRow + 64) {
            unsafe (buffer.base + (column * rows + row) * size).copyMemory(
              from: source + (row * columns + column) * size, byteCount: size)
          }
        }
      }
    }
    return unsafe FrozenMatrix(
      format: format, rows: columns, columns: rows, data: buffer.base, rowByteCount: rows * size,
      owners: [buffer])
  }

  /// The weights as floats, in memory of their own.
  package func expanded() -> FrozenMatrix {
    let buffer = RawBuffer(byteCount: rows * columns * 4)
    for row in 0..<rows {
      unsafe dequantize(row: row, into: buffer.bound(to: Float.self) + row * columns)
    }
    return unsafe FrozenMatrix(
      format: .f32, rows: rows, columns: columns, data: buffer.base, rowByteCount: columns * 4,
      owners: [buffer])
  }

  /// The rows of the numbers given, one after the other, in memory of their own.
  package func rows(in order: [Int]) -> FrozenMatrix {
    // factors beside the codes would not follow their rows
    guard unsafe kernelMatrix.block == 0, format != .int8 else { return expanded().rows(in: order) }
    let size = unsafe kernelMatrix.row_bytes
    let buffer = RawBuffer(byteCount: order.count * size)
    for (row, source) in order.enumerated() {
      precondition((0..<rows).contains(source), "row \(source) of a matrix with \(rows)")
      unsafe (buffer.base + row * size).copyMemory(
        from: kernelMatrix.data + source * size, byteCount: size)
    }
    return unsafe FrozenMatrix(
      format: format, rows: order.count, columns: columns, data: buffer.base, rowByteCount: size,
      owners: [buffer])
  }

  package var bitsPerWeight: Double { Double(byteCount) * 8 / Double(max(1, elementCount)) }

  /// Writes row `index` as floats to `output[columns]`.
  package func dequantize(row index: Int, into output: UnsafeMutablePointer<Float>) {
    precondition((0..<rows).contains(index), "row \(index) of a matrix with \(rows)")
    unsafe withUnsafePointer(to: kernelMatrix) {
      unsafe ck_dequantize($0, index, 0, columns, output)
    }
  }
}

extension ck_matrix {
  /// A matrix without factors of its own.
  init(
    _ format: ck_format, rows: Int, columns: Int, data: UnsafeRawPointer, rowByteCount: Int
  ) {
    unsafe self.init(
      format: format, rows: rows, columns: columns, data: data, row_bytes: rowByteCount,
      scales: nil, block: 0, table: nil, nested_codes: nil, nested_table: nil, nested_scales: nil,
      nested_offset: 0)
  }
}

/// Aligned memory that a `FrozenMatrix` owns.
@safe package final class RawBuffer: @unchecked Sendable {
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int

  package init(byteCount: Int) {
    self.byteCount = byteCount
    unsafe base = .allocate(byteCount: max(64, byteCount), alignment: 64)
  }

  deinit { unsafe base.deallocate() }

  package func bound<Element>(to type: Element.Type) -> UnsafeMutablePointer<Element> {
    unsafe base.assumingMemoryBound(to: type)
  }
}
