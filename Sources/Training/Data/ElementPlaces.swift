/// Where the elements of a list begin in a JSON document, found without reading it: the parser
/// keeps no places, and what is too long is to be known before it is read.
struct ElementPlaces {
  private(set) var lines: [Int] = []
  /// The longest text of the document, in bytes, and the line where it ends.
  private(set) var longestText = (bytes: 0, line: 1)

  /// The member of the outermost object whose list is meant; nil if the document is the list.
  private let member: Int?
  private var (line, depth, commas, textLength) = (1, 0, 0, 0)
  private var (isQuoted, isEscaped, isExpected) = (false, false, false)

  init(in bytes: ArraySlice<UInt8>, ofMember member: Int? = nil) {
    self.member = member
    for byte in bytes { take(byte) }
  }

  /// How deep the elements stand.
  private var level: Int { member == nil ? 1 : 2 }
  private var isInside: Bool { depth == level && (member == nil || commas == member) }

  private mutating func take(_ byte: UInt8) {
    if byte == 0x0A { line += 1 }
    if isQuoted {
      textLength += 1
      if byte == UInt8(ascii: "\""), !isEscaped {
        isQuoted = false
        if textLength > longestText.bytes { longestText = (textLength, line) }
      }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
      return
    }
    let closes = byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
    if closes { depth -= 1 }
    if isExpected, isInside, !closes, !RowReader.isSpace(byte) {
      lines.append(line)
      isExpected = false
    }
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      depth += 1
      if isInside, byte == UInt8(ascii: "[") { isExpected = true }
    case UInt8(ascii: ","):
      if depth == 1 { commas += 1 }
      if isInside { isExpected = true }
    case UInt8(ascii: "\""): (isQuoted, textLength) = (true, 0)
    default: break
    }
  }
}
