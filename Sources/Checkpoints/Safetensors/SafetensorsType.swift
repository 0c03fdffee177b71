import Tensors

/// The names that safetensors gives to element types.
enum SafetensorsType {
  /// Nil for the block formats, which safetensors does not have.
  static func name(_ type: ElementType) -> String? {
    type.isScalar ? type.rawValue.uppercased() : nil
  }

  /// Nil for a name that is not supported, such as F8_E4M3.
  static func elementType(_ name: String) -> ElementType? {
    ElementType.allCases.first { self.name($0) == name }
  }
}
