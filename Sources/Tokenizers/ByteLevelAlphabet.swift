/// GPT-2's way to write any byte as a visible character, used by vocabulary files: printable
/// Latin-1 stands for itself, the other 68 bytes are U+0100 and up in their order, so that a space
/// is "Ġ".
enum ByteLevelAlphabet {
  /// The byte of each scalar below 324, or -1.
  private static let bytes: [Int16] = {
    var table = [Int16](repeating: -1, count: 256 + 68)
    var next = 256
    for byte in 0..<256 {
      let standsForItself = 0x21...0x7E ~= byte || 0xA1...0xAC ~= byte || 0xAE...0xFF ~= byte
      table[standsForItself ? byte : next] = Int16(byte)
      if !standsForItself { next += 1 }
    }
    return table
  }()

  /// Appends the bytes that `text` (UTF-8) spells; false where it has a character of no byte, and
  /// `output` is then of no use.
  static func decode(_ text: ArraySlice<UInt8>, into output: inout [UInt8]) -> Bool {
    // One look at the lazily made table, not one a character.
    let bytes = self.bytes
    var lead: Int?
    for unit in text {
      let scalar: Int
      switch (lead, unit) {
      case (nil, ..<0x80): scalar = Int(unit)
      // Two-byte sequences that begin so reach U+017F; the alphabet ends at U+0143.
      case (nil, 0xC2...0xC5):
        lead = Int(unit & 0x1F) << 6
        continue
      case (let high?, 0x80..<0xC0): scalar = high | Int(unit & 0x3F)
      default: return false
      }
      lead = nil
      guard scalar < bytes.count, bytes[scalar] >= 0 else { return false }
      output.append(UInt8(truncatingIfNeeded: bytes[scalar]))
    }
    return lead == nil
  }
}
