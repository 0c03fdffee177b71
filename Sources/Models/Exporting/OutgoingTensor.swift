import Checkpoints
import Files
import Tensors

/// A tensor on its way into a file.
struct OutgoingTensor {
  let name: String
  let type: ElementType
  /// Outermost first.
  let shape: [Int]
  /// Gives its bytes, once, while the file is written.
  let contents: () -> [UInt8]

  init(
    _ name: String, _ type: ElementType, _ shape: [Int], contents: @escaping () -> [UInt8]
  ) {
    (self.name, self.type, self.shape) = (name, type, shape)
    self.contents = contents
  }

  /// A tensor as a file has it.
  init(_ entry: TensorEntry) {
    (name, type, shape) = (entry.name, entry.elementType, entry.shape)
    contents = { withExtendedLifetime(entry.owner) { unsafe Array(entry.bytes) } }
  }

  /// - Parameters:
  ///   - order: for each row of the file the row of the matrix; nil for their own order.
  ///   - isTransposed: whether the file has it `[columns, rows]`, in that order of rows.
  /// - Precondition: one that is transposed is in f32, f16 or bf16.
  init(
    _ name: String, _ matrix: FrozenMatrix, order: [Int]? = nil, isTransposed: Bool = false
  ) {
    self.name = name
    type = ElementType(matrix.format)
    shape = isTransposed ? [matrix.columns, matrix.rows] : [matrix.rows, matrix.columns]
    contents = {
      var source = order.map { matrix.rows(in: $0) } ?? matrix
      if isTransposed {
        guard let turned = source.transposed() else {
          preconditionFailure("\(name) is kept as \(matrix.format), whose blocks do not turn")
        }
        source = turned
      }
      return withExtendedLifetime(source) { unsafe Array(source.codes) }
    }
  }

  /// A matrix in f32, whatever it is kept in.
  init(inFloats matrix: FrozenMatrix, _ name: String) {
    self.name = name
    type = .f32
    shape = [matrix.rows, matrix.columns]
    contents = {
      let buffer = RawBuffer(byteCount: matrix.elementCount * 4)
      for row in 0..<matrix.rows {
        unsafe matrix.dequantize(
          row: row, into: buffer.bound(to: Float.self) + row * matrix.columns)
      }
      let bytes = unsafe UnsafeRawBufferPointer(
        start: buffer.base, count: matrix.elementCount * 4)
      return withExtendedLifetime(buffer) { unsafe Array(bytes) }
    }
  }

  /// A vector in f32, or the rows of a small tensor of another shape.
  init(_ name: String, _ values: [Float], shape: [Int]? = nil) {
    self.name = name
    type = .f32
    self.shape = shape ?? [values.count]
    contents = { Self.littleEndian(values) }
  }

  /// Numbers as files have them.
  static func littleEndian(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in
      unsafe withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
    }
  }
}
