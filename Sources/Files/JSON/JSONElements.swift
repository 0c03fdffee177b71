/// The elements of a document that is a list, one after the other: they need not all be in memory.
@safe package struct JSONElements {
  private var parser: JSONParser
  private var (isOpen, isAtEnd) = (false, false)

  /// - Parameters:
  ///   - bytes: the document, for as long as elements are read.
  ///   - keepsDigits: gives numbers as `digits`, of any size, instead of `int` and `double`.
  package init(of bytes: UnsafeRawBufferPointer, keepsDigits: Bool) {
    parser = unsafe JSONParser(bytes: bytes.bindMemory(to: UInt8.self), keepsDigits: keepsDigits)
  }

  /// The next element; nil after the last, if the document ends there as well.
  package mutating func next() throws(JSONError) -> JSONValue? {
    guard !isAtEnd else { return nil }
    if isOpen {
      parser.skipSpace()
      isAtEnd = !parser.take(UInt8(ascii: ","))
      guard !isAtEnd || parser.take(UInt8(ascii: "]")) else {
        throw parser.error("a comma or ] should stand here")
      }
    } else {
      try open()
    }
    guard !isAtEnd else {
      try parser.endDocument()
      return nil
    }
    return try parser.parseValue()
  }

  private mutating func open() throws(JSONError) {
    parser.skipByteOrderMark()
    parser.skipSpace()
    guard parser.take(UInt8(ascii: "[")) else { throw parser.error("a list should stand here") }
    parser.depth += 1
    isOpen = true
    parser.skipSpace()
    isAtEnd = parser.take(UInt8(ascii: "]"))
  }
}
