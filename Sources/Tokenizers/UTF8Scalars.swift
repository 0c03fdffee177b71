/// Reading valid UTF-8 by characters.
enum UTF8Scalars {
  /// The character that starts at `position`.
  static func scalar(
    at position: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> (scalar: Unicode.Scalar, length: Int) {
    let lead = unsafe text[position]
    if lead < 0x80 { return (Unicode.Scalar(lead), 1) }
    let length = length(of: lead)
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = unsafe value << 6 | UInt32(text[position + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// The character that ends before `position`.
  static func scalar(
    before position: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> (scalar: Unicode.Scalar, length: Int) {
    var start = position - 1
    while start > 0, unsafe text[start] & 0xC0 == 0x80 { start -= 1 }
    return unsafe scalar(at: start, in: text)
  }

  /// How many bytes a character has that starts with this one.
  static func length(of lead: UInt8) -> Int {
    lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }
}
