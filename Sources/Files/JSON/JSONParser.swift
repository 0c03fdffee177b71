/// What is wrong with a JSON text, and at which byte.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Bytes from the start of the text.
  package let offset: Int
  /// What is wrong, as a clause without a full stop.
  package let cause: String

  package var description: String { "byte \(offset): \(cause)" }
}

extension JSONValue {
  /// Parses one document (RFC 8259), strictly: no trailing text, no duplicate keys, no NaN.
  ///
  /// - Parameter keepsDigits: gives numbers as `digits`, of any size, instead of `int` and `double`.
  package init(
    parsing bytes: some Sequence<UInt8>, keepsDigits: Bool = false
  ) throws(JSONError) {
    let whole = Array(bytes)
    self = try unsafe whole.withUnsafeBufferPointer { buffer throws(JSONError) in
      try unsafe JSONValue(parsing: UnsafeRawBufferPointer(buffer), keepsDigits: keepsDigits)
    }
  }

  package init(parsing text: String) throws(JSONError) {
    try self.init(parsing: text.utf8)
  }

  package init(
    parsing bytes: UnsafeRawBufferPointer, keepsDigits: Bool = false
  ) throws(JSONError) {
    var parser = unsafe JSONParser(
      bytes: bytes.bindMemory(to: UInt8.self), keepsDigits: keepsDigits)
    self = try parser.parseDocument()
  }

  /// Reads and parses the file at `path`.
  package init(file path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    do {
      self = try withExtendedLifetime(file) { () throws(JSONError) in
        try unsafe JSONValue(parsing: file.bytes)
      }
    } catch {
      throw FileError(
        .malformed, file: path, offset: error.offset, cause: "this is not JSON: \(error.cause)",
        fix: "correct the file or download it again")
    }
  }
}

/// A recursive-descent parser over bytes. Foundation's decoder neither reports duplicate keys nor
/// reads a tokenizer's 100,000 strings into a tree quickly.
@safe struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  let keepsDigits: Bool
  var position = 0
  var depth = 0

  /// Deep enough for any real file, shallow enough for any stack.
  static let maximumDepth = 256

  /// The byte at the position; 0, which no JSON token begins with, at the end.
  var current: UInt8 { unsafe position < bytes.count ? bytes[position] : 0 }

  mutating func parseDocument() throws(JSONError) -> JSONValue {
    skipByteOrderMark()
    let value = try parseValue()
    try endDocument()
    return value
  }

  mutating func skipByteOrderMark() {
    if unsafe bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func endDocument() throws(JSONError) {
    skipSpace()
    guard unsafe position == bytes.count else {
      throw error("there is more text after the end of the document")
    }
  }

  mutating func skipSpace() {
    while unsafe position < bytes.count, case let byte = unsafe bytes[position],
      byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    { position += 1 }
  }

  mutating func parseValue() throws(JSONError) -> JSONValue {
    skipSpace()
    switch current {
    case UInt8(ascii: "{"):
      return try nested { parser throws(JSONError) in
        try parser.parseObject()
      }
    case UInt8(ascii: "["):
      return try nested { parser throws(JSONError) in
        try parser.parseArray()
      }
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default:
      throw unsafe error(
        position < bytes.count ? "a value should stand here" : "the text ends too early")
    }
  }

  private mutating func nested(
    _ parse: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < Self.maximumDepth else {
      throw error("values are nested more than \(Self.maximumDepth) deep")
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    return try parse(&self)
  }

  private mutating func parseArray() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    repeat {
      elements.append(try parseValue())
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw error("a comma or ] should stand here") }
    return .array(elements)
  }

  private mutating func parseObject() throws(JSONError) -> JSONValue {
    var members: [JSONObject.Member] = []
    var keys = JSONKeySet()
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(JSONObject(checked: members)) }
    members.reserveCapacity(2)
    repeat {
      skipSpace()
      let start = position
      guard current == UInt8(ascii: "\"") else { throw error("a key in quotes should stand here") }
      let key = try parseString()
      guard keys.insert(key, into: members) else {
        throw JSONError(offset: start, cause: "the key \"\(key)\" occurs twice in one object")
      }
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("a colon should stand after a key") }
      members.append(JSONObject.Member(key: key, value: try parseValue()))
      skipSpace()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw error("a comma or } should stand here") }
    return .object(JSONObject(checked: members))
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func parseWord(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let length = word.utf8CodeUnitCount
    guard unsafe length <= bytes.count - position,
      (0..<length).allSatisfy({ unsafe bytes[position + $0] == word.utf8Start[$0] })
    else { throw error("a value should stand here") }
    position += length
    return value
  }

  func error(_ cause: String) -> JSONError {
    JSONError(offset: position, cause: cause)
  }
}

// MARK: - Numbers

extension JSONParser {
  private mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    _ = take(UInt8(ascii: "-"))
    let leadingZero = current == UInt8(ascii: "0")
    let digits = try takeDigits()
    guard !leadingZero || digits == 1 else { throw error("a number may not begin with 0") }
    var isInteger = true
    if take(UInt8(ascii: ".")) {
      isInteger = false
      _ = try takeDigits()
    }
    if current | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      _ = try takeDigits()
    }
    let text = unsafe String(decoding: bytes[start..<position], as: UTF8.self)
    if keepsDigits { return .digits(text) }
    if isInteger, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      throw JSONError(offset: start, cause: "the number \(text) is out of range")
    }
    return .double(value)
  }

  private mutating func takeDigits() throws(JSONError) -> Int {
    let start = position
    while UInt8(ascii: "0")...UInt8(ascii: "9") ~= current { position += 1 }
    guard position > start else { throw error("a digit should stand here") }
    return position - start
  }
}

// MARK: - Strings

extension JSONParser {
  /// From the opening quote to after the closing one.
  private mutating func parseString() throws(JSONError) -> String {
    position += 1
    let start = position
    try passPlain()
    if unsafe bytes[position] == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
    let text = try unsafe text(UnsafeBufferPointer(rebasing: bytes[start..<position]), at: start)
    position += 1
    return text
  }

  /// Goes on to the next quote or backslash.
  private mutating func passPlain() throws(JSONError) {
    var place = position
    defer { position = place }
    let raw = unsafe UnsafeRawBufferPointer(bytes)
    while place + 8 <= raw.count {
      let word = unsafe raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      if Self.hasEndOfPlain(word) { break }
      place += 8
    }
    while unsafe place < bytes.count {
      let byte = unsafe bytes[place]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      if byte < 0x20 {
        throw JSONError(offset: place, cause: "a control character stands unescaped in a string")
      }
      place += 1
    }
    throw JSONError(offset: place, cause: "the text ends within a string")
  }

  /// Whether one of eight bytes is a quote, a backslash or a control character: a byte less 1 (or less 0x20) takes
  /// the highest bit of its place exactly where the byte was 0 (or less than 0x20), if no byte below it is.
  private static func hasEndOfPlain(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    func borrows(_ word: UInt64, _ least: UInt64) -> UInt64 { (word &- ones &* least) & ~word }
    let quotes = word ^ ones &* UInt64(UInt8(ascii: "\""))
    let backslashes = word ^ ones &* UInt64(UInt8(ascii: "\\"))
    let found = borrows(quotes, 1) | borrows(backslashes, 1) | borrows(word, 0x20)
    return found & ones << 7 != 0
  }

  private func text(
    _ part: UnsafeBufferPointer<UInt8>, at start: Int
  ) throws(JSONError) -> String {
    if let text = unsafe String(validating: part, as: UTF8.self) { return text }
    throw JSONError(offset: start, cause: "the string is not UTF-8")
  }

  private mutating func parseEscapedString(from start: Int) throws(JSONError) -> String {
    var result = unsafe Array(bytes[start..<position])
    while unsafe bytes[position] == UInt8(ascii: "\\") {
      position += 1
      try parseEscape(into: &result)
      let plain = position
      try passPlain()
      unsafe result.append(contentsOf: bytes[plain..<position])
    }
    position += 1
    return try unsafe result.withUnsafeBufferPointer { part throws(JSONError) in
      try unsafe text(part, at: start)
    }
  }

  private mutating func parseEscape(into result: inout [UInt8]) throws(JSONError) {
    let escape = current
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
    case UInt8(ascii: "b"): result.append(0x08)
    case UInt8(ascii: "f"): result.append(0x0C)
    case UInt8(ascii: "n"): result.append(0x0A)
    case UInt8(ascii: "r"): result.append(0x0D)
    case UInt8(ascii: "t"): result.append(0x09)
    case UInt8(ascii: "u"): result.append(contentsOf: String(try parseScalar()).utf8)
    default:
      position -= 1
      throw error("there is no such escape after a backslash")
    }
  }

  /// Four hexadecimal digits, or two groups of them that form a surrogate pair.
  private mutating func parseScalar() throws(JSONError) -> Character {
    let first = try takeHexadecimal()
    if let scalar = Unicode.Scalar(first) { return Character(scalar) }
    if first < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let second = try takeHexadecimal()
      if 0xDC00..<0xE000 ~= second,
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return Character(scalar)
      }
    }
    throw error("half a surrogate pair stands alone")
  }

  private mutating func takeHexadecimal() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(current)).hexDigitValue else {
        throw error("four hexadecimal digits should stand after \\u")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

/// Finds duplicate keys: a linear search while an object is small, hashes when it grows.
private struct JSONKeySet {
  private var hashes: Set<UInt64> = []

  /// Notes `key`; false where one of `members` has it.
  mutating func insert(_ key: String, into members: [JSONObject.Member]) -> Bool {
    if members.count < 16 { return !contains(key, members) }
    if hashes.isEmpty { for member in members { hashes.insert(Self.hash(member.key)) } }
    return hashes.insert(Self.hash(key)).inserted || !contains(key, members)
  }

  private func contains(_ key: String, _ members: [JSONObject.Member]) -> Bool {
    members.contains { $0.key.hasBytes(of: key) }
  }

  /// FNV-1a over the bytes: `String`'s own hash normalizes, and equal bytes are what counts.
  private static func hash(_ key: String) -> UInt64 {
    key.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
