/// How the numbers of a tensor are laid out in a file: one scalar after the other, or in blocks
/// that share a scale (the formats of ggml, blocks of 32 along the innermost dimension).
package enum ElementType: String, CaseIterable, Sendable {
  case f64, f32, f16, bf16
  case i8, i16, i32, i64
  case u8, u16, u32, u64
  case bool
  /// f16 scale, 32 × i8.
  case q8_0
  /// f16 scale, 32 × 4 bits with an offset of 8.
  case q4_0
  /// f16 scale, f16 minimum, 32 × 4 bits.
  case q4_1

  /// Elements that share one block; 1 for scalars.
  package var elementsPerBlock: Int {
    switch self {
    case .q8_0, .q4_0, .q4_1: 32
    default: 1
    }
  }

  package var bytesPerBlock: Int {
    switch self {
    case .i8, .u8, .bool: 1
    case .f16, .bf16, .i16, .u16: 2
    case .f32, .i32, .u32: 4
    case .f64, .i64, .u64: 8
    case .q8_0: 34
    case .q4_0: 18
    case .q4_1: 20
    }
  }

  /// Whether each element stands for itself, without a scale shared by a block.
  package var isScalar: Bool { elementsPerBlock == 1 }

  /// Bits a weight, scales included.
  package var bitsPerElement: Double { Double(bytesPerBlock * 8) / Double(elementsPerBlock) }

  /// The bytes of `elements` elements; nil where they do not fill whole blocks, where the count
  /// is negative, or where the product does not fit an `Int`.
  package func byteCount(of elements: Int) -> Int? {
    guard elements >= 0, elements % elementsPerBlock == 0 else { return nil }
    let (bytes, overflow) = (elements / elementsPerBlock)
      .multipliedReportingOverflow(by: bytesPerBlock)
    return overflow ? nil : bytes
  }

  /// The bytes of a tensor of `shape`, outermost dimension first; nil as above, and where a row
  /// (the last dimension) does not fill whole blocks.
  package func byteCount(ofShape shape: [Int]) -> Int? {
    var elements = 1
    for size in shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: size)
      guard size >= 0, !overflow else { return nil }
      elements = product
    }
    guard (shape.last ?? 1) % elementsPerBlock == 0 else { return nil }
    return byteCount(of: elements)
  }
}
