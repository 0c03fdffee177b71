/// The tokens within a tag.
extension JinjaLexer {
  private static let symbols: [String] = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";",
  ]

  mutating func readToken(_ brackets: inout [UInt8]) throws(JinjaError) {
    let byte = source[position]
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): try readString(quote: byte)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      readName()
    default: try readSymbol(&brackets)
    }
  }

  private mutating func readName() {
    let start = position
    while position < source.count, Self.isNamePart(source[position]) { position += 1 }
    add(.name(String(decoding: source[start..<position], as: UTF8.self)))
  }

  private static func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private mutating func readNumber() throws(JinjaError) {
    let start = position
    func digits(from place: Int) -> Int {
      var place = place
      while place < source.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= source[place] {
        place += 1
      }
      return place
    }
    position = digits(from: position)
    // `1.5`, but in `list.0.name` the point before the number makes it an item's.
    var isFloat = false
    let followsPoint = start > 0 && source[start - 1] == UInt8(ascii: ".")
    if !followsPoint, position + 1 < source.count, source[position] == UInt8(ascii: "."),
      digits(from: position + 1) > position + 1
    {
      isFloat = true
      position = digits(from: position + 1)
    }
    if position < source.count, Self.isNamePart(source[position]) {
      throw .unsupported(line: line, "a number that is not written in decimal digits")
    }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    if isFloat, let value = Double(text) { return add(.float(value)) }
    guard !isFloat, let value = Int(text), text == String(value) else {
      throw .unsupported(line: line, "the number \(text.prefix(40))")
    }
    add(.int(value))
  }

  private mutating func readSymbol(_ brackets: inout [UInt8]) throws(JinjaError) {
    guard let symbol = Self.symbols.first(where: { source[position...].starts(with: $0.utf8) })
    else { throw .syntax(line: line, "a character stands in a tag that has no meaning there") }
    switch symbol {
    case "(": brackets.append(UInt8(ascii: ")"))
    case "[": brackets.append(UInt8(ascii: "]"))
    case "{": brackets.append(UInt8(ascii: "}"))
    case ")", "]", "}":
      guard brackets.popLast() == source[position] else {
        throw .syntax(line: line, "the bracket \(symbol) has no partner")
      }
    default: break
    }
    position += symbol.utf8.count
    add(.symbol(symbol))
  }

  // MARK: Strings

  private mutating func readString(quote: UInt8) throws(JinjaError) {
    let start = line
    position += 1
    var bytes: [UInt8] = []
    while position < source.count {
      let byte = source[position]
      position += 1
      switch byte {
      case quote:
        return add(.string(String(decoding: bytes, as: UTF8.self)))
      case UInt8(ascii: "\\"): try readEscape(into: &bytes)
      default:
        if byte == 0x0A { line += 1 }
        bytes.append(byte)
      }
    }
    throw .syntax(line: start, "a string has no end")
  }

  /// What stands after a backslash, as in Python.
  private mutating func readEscape(into bytes: inout [UInt8]) throws(JinjaError) {
    guard position < source.count else { return }
    let escape = source[position]
    position += 1
    switch escape {
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(escape)
    case UInt8(ascii: "x"): try readScalar(digits: 2, into: &bytes)
    case UInt8(ascii: "u"): try readScalar(digits: 4, into: &bytes)
    case UInt8(ascii: "U"): try readScalar(digits: 8, into: &bytes)
    case 0x0A: line += 1
    case UInt8(ascii: "a"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "v"),
      UInt8(ascii: "N"), UInt8(ascii: "0")...UInt8(ascii: "7"):
      throw .unsupported(line: line, "the escape \\\(Character(Unicode.Scalar(escape)))")
    default:
      // Python keeps the backslash of what is no escape.
      bytes += [UInt8(ascii: "\\"), escape]
    }
  }

  private mutating func readScalar(
    digits: Int, into bytes: inout [UInt8]
  ) throws(JinjaError) {
    let text = String(
      decoding: source[position..<min(position + digits, source.count)], as: UTF8.self)
    guard text.utf8.count == digits, text.utf8.allSatisfy({ Self.isHexadecimal($0) }),
      let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw .syntax(line: line, "an escape of a character is not one") }
    position += digits
    bytes.append(contentsOf: String(Character(scalar)).utf8)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
