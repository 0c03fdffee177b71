extension Tokenizer {
  /// The text of tokens for people: whole characters, also where several tokens make one. Bytes that
  /// are no character, such as those of a token that is a part of one, stand as `<0xF0>`.
  package func readable(_ ids: some Sequence<Int32>) -> String {
    let bytes = ids.flatMap { vocabulary.bytes(of: $0) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var (result, start) = ("", 0)
    while start < bytes.count {
      let length = Self.characterLength(in: bytes, at: start)
      if length > 0 {
        result += String(decoding: bytes[start..<start + length], as: UTF8.self)
      } else {
        let digits = String(bytes[start], radix: 16, uppercase: true)
        result += "<0x\(digits.count == 1 ? "0" : "")\(digits)>"
      }
      start += max(length, 1)
    }
    return result
  }

  /// How many bytes the UTF-8 character has that begins there; 0 if none does.
  private static func characterLength(in bytes: [UInt8], at start: Int) -> Int {
    for length in 1...4 where length <= bytes.count - start {
      if String(validating: bytes[start..<start + length], as: UTF8.self) != nil { return length }
    }
    return 0
  }
}
