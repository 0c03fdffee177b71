/// Tokens that stand for one byte by their name, `<0x00>` to `<0xFF>`, as SentencePiece writes them.
enum ByteToken {
  static func name(of byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
  }

  /// The byte that a name stands for; digits may be of either case.
  static func byte(named name: ArraySlice<UInt8>) -> UInt8? {
    guard name.count == 6, name.starts(with: "<0x".utf8), name.last == UInt8(ascii: ">") else {
      return nil
    }
    return UInt8(String(decoding: name.dropFirst(3).dropLast(), as: UTF8.self), radix: 16)
  }
}
