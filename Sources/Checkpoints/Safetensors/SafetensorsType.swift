import Tensors

/// The names that safetensors gives to element types.
enum SafetensorsType {
  /// Nil for the block formats, which safetensors does not have.
  static func name(_ type: ElementType) -> String? {
    type.isScalar ? type.rawValue.uppercased() : nil
  }

  /// Where tensors of a type stand in a file: the reference implementation writes them in the
  /// reverse order of its own list of types, so that wide elements come first.
  static func order(_ type: ElementType) -> Int {
    let types: [ElementType] = [
      .u64, .i64, .f64, .f32, .u32, .i32, .bf16, .f16, .u16, .i16, .i8, .u8, .bool,
    ]
    return types.firstIndex(of: type) ?? types.count
  }

  /// Nil for a name that is not supported, such as F8_E4M3.
  static func elementType(_ name: String) -> ElementType? {
    ElementType.allCases.first { self.name($0) == name }
  }
}
