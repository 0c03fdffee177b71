import Tensors

/// The tensor types of ggml by their number in a file.
enum GGUFTensorType {
  static func elementType(_ number: UInt32) -> ElementType? { elementTypes[number] }

  /// ggml's name of a type that we do not read, so that it is refused by name; nil for a number that
  /// no released ggml has.
  static func nameOfUnread(_ number: UInt32) -> String? { unread[number] }

  private static let elementTypes: [UInt32: ElementType] = ElementType.allCases.reduce(into: [:]) {
    if let number = $1.ggmlNumber { $0[number] = $1 }
  }

  /// Formats of ggml's first year, those of activations, and those whose blocks were interleaved for one
  /// kind of CPU, which ggml does not read any more either.
  private static let unread: [UInt32: String] = [
    4: "Q4_2", 5: "Q4_3", 9: "Q8_1", 15: "Q8_K", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8",
    36: "IQ4_NL_4_4", 37: "IQ4_NL_4_8", 38: "IQ4_NL_8_8",
  ]
}
