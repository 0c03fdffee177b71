/// How the numbers of a tensor are laid out in a file: one scalar after the other, or in blocks that
/// share a scale (the formats of ggml, along the innermost dimension).
package struct ElementType: Hashable, Sendable {
  /// The name, in small letters.
  package let rawValue: String
  /// Elements that share one block; 1 for scalars.
  package let elementsPerBlock: Int
  package let bytesPerBlock: Int
  /// The number of the type in GGUF files; nil where they lack it.
  package let ggmlNumber: UInt32?
  /// The format of weights that are laid out so; nil for numbers that no weights are kept in.
  package let weightFormat: WeightFormat?

  private init(_ name: String, bytes: Int, ggmlNumber: UInt32? = nil) {
    rawValue = name
    elementsPerBlock = 1
    bytesPerBlock = bytes
    self.ggmlNumber = ggmlNumber
    weightFormat = nil
  }

  package init(_ format: WeightFormat) {
    rawValue = format.rawValue
    elementsPerBlock = format.columnMultiple
    bytesPerBlock = format.byteCount
    ggmlNumber = format.ggmlNumber
    weightFormat = format
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

extension ElementType: CaseIterable {
  package static let f64 = ElementType("f64", bytes: 8, ggmlNumber: 28)
  package static let f32 = ElementType(.f32)
  package static let f16 = ElementType(.f16)
  package static let bf16 = ElementType(.bf16)
  package static let i8 = ElementType("i8", bytes: 1, ggmlNumber: 24)
  package static let i16 = ElementType("i16", bytes: 2, ggmlNumber: 25)
  package static let i32 = ElementType("i32", bytes: 4, ggmlNumber: 26)
  package static let i64 = ElementType("i64", bytes: 8, ggmlNumber: 27)
  package static let u8 = ElementType("u8", bytes: 1)
  package static let u16 = ElementType("u16", bytes: 2)
  package static let u32 = ElementType("u32", bytes: 4)
  package static let u64 = ElementType("u64", bytes: 8)
  package static let bool = ElementType("bool", bytes: 1)
  package static let f8e4m3 = ElementType("f8_e4m3", bytes: 1)
  package static let f8e5m2 = ElementType("f8_e5m2", bytes: 1)

  package static let allCases =
    [.f64, .i8, .i16, .i32, .i64, .u8, .u16, .u32, .u64, .bool, .f8e4m3, .f8e5m2]
    + WeightFormat.stored.map(Self.init)
}

extension ElementType: CustomStringConvertible {
  package var description: String { rawValue }
}
