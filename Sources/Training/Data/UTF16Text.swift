/// Text in UTF-16 that begins with a byte order mark, as Excel writes "Unicode Text" and PowerShell what `>` catches.
enum UTF16Text {
  /// The same in UTF-8; nil for what does not begin so, or has half a character.
  static func decoded(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    let isLittle = bytes.starts(with: [0xFF, 0xFE])
    guard isLittle || bytes.starts(with: [0xFE, 0xFF]), bytes.count.isMultiple(of: 2),
      // the mark of UTF-32 begins alike
      !bytes.starts(with: [0xFF, 0xFE, 0, 0])
    else { return nil }
    let units = stride(from: bytes.startIndex + 2, to: bytes.endIndex, by: 2).map { place in
      let (first, second) = (UInt16(bytes[place]), UInt16(bytes[place + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    return String(validating: units, as: UTF16.self).map { Array($0.utf8) }
  }
}
