/// Cuts a template into tokens, with white space control as transformers sets Jinja up: the line
/// feed after a block tag goes (`trim_blocks`), and so does the white space before a block tag that
/// begins its line (`lstrip_blocks`).
struct JinjaLexer {
  private(set) var tokens: [JinjaToken] = []
  let source: [UInt8]
  var position = 0
  var line = 1
  /// Whether the last tag took a line feed with it, so that what follows begins a line.
  private var beginsLine = true

  init(_ text: String) {
    source = Self.normalized(text)
  }

  static func tokens(of text: String) throws(JinjaError) -> [JinjaToken] {
    var lexer = JinjaLexer(text)
    while lexer.position < lexer.source.count { try lexer.readTextAndTag() }
    lexer.add(.end)
    return lexer.tokens
  }

  /// All line ends as line feeds, without the last one.
  private static func normalized(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var previous: UInt8 = 0
    for byte in text.utf8 {
      defer { previous = byte }
      if byte == 0x0A, previous == 0x0D { continue }
      bytes.append(byte == 0x0D ? 0x0A : byte)
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    return bytes
  }

  mutating func add(_ kind: JinjaToken.Kind) {
    tokens.append(JinjaToken(kind: kind, line: line))
  }

  // MARK: Text

  /// Text up to the next tag, and the tag.
  private mutating func readTextAndTag() throws(JinjaError) {
    var end = position
    while end < source.count, opening(at: end) == nil { end += 1 }
    guard end < source.count, let opening = opening(at: end) else {
      addText(source[position...])
      return position = source.count
    }
    let sign = end + 2 < source.count ? source[end + 2] : 0
    addText(kept(source[position..<end], sign: sign, isOutput: opening == UInt8(ascii: "{")))
    countLines(position..<end)
    position = end + (sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 3 : 2)
    switch opening {
    case UInt8(ascii: "#"): try skipComment()
    case UInt8(ascii: "{"): try readTag(.beginOutput, .endOutput, closing: UInt8(ascii: "}"))
    default:
      if try readRawBlock() { return }
      try readTag(.beginBlock, .endBlock, closing: UInt8(ascii: "%"))
    }
  }

  /// The second byte of a tag's start at `place`.
  private func opening(at place: Int) -> UInt8? {
    guard source[place] == UInt8(ascii: "{"), place + 1 < source.count else { return nil }
    let next = source[place + 1]
    let begins =
      next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#")
    return begins ? next : nil
  }

  /// The text before a tag, without what its sign or `lstrip_blocks` takes away.
  private func kept(_ text: ArraySlice<UInt8>, sign: UInt8, isOutput: Bool) -> ArraySlice<UInt8> {
    if sign == UInt8(ascii: "-") {
      let stripped = PythonText.stripped(String(decoding: text, as: UTF8.self), start: false)
      return text.prefix(stripped.utf8.count)
    }
    guard !isOutput, sign != UInt8(ascii: "+") else { return text }
    let lineStart = text.lastIndex(of: 0x0A).map { $0 + 1 } ?? text.startIndex
    guard lineStart > text.startIndex || beginsLine else { return text }
    let rest = String(decoding: text[lineStart...], as: UTF8.self)
    return rest.unicodeScalars.allSatisfy(PythonText.isSpace) ? text[..<lineStart] : text
  }

  private mutating func addText(_ text: ArraySlice<UInt8>) {
    if !text.isEmpty { add(.text(String(decoding: text, as: UTF8.self))) }
  }

  private mutating func countLines(_ range: Range<Int>) {
    for place in range where source[place] == 0x0A { line += 1 }
  }

  // MARK: Tags

  private mutating func readTag(
    _ begin: JinjaToken.Kind, _ end: JinjaToken.Kind, closing: UInt8
  ) throws(JinjaError) {
    add(begin)
    let start = line
    var brackets: [UInt8] = []
    while true {
      skipSpace()
      guard position < source.count else {
        throw .syntax(line: start, "a tag has no end")
      }
      if brackets.isEmpty, let length = closingLength(closing) {
        add(end)
        return endTag(length: length, trims: closing != UInt8(ascii: "}"))
      }
      try readToken(&brackets)
    }
  }

  /// The bytes of a tag's end at the position, with its sign.
  private func closingLength(_ closing: UInt8) -> Int? {
    var place = position
    let isSigned =
      source[place] == UInt8(ascii: "-")
      || (source[place] == UInt8(ascii: "+") && closing != UInt8(ascii: "}"))
    if isSigned { place += 1 }
    guard place + 1 < source.count, source[place] == closing,
      source[place + 1] == UInt8(ascii: "}")
    else { return nil }
    return place + 2 - position
  }

  /// Passes over a tag's end, and the white space that goes with it.
  private mutating func endTag(length: Int, trims: Bool) {
    let sign = length == 3 ? source[position] : 0
    position += length
    let start = position
    if sign == UInt8(ascii: "-") {
      skipSpace()
    } else if sign == 0, trims, position < source.count, source[position] == 0x0A {
      position += 1
      line += 1
    }
    beginsLine = position > start && source[position - 1] == 0x0A
  }

  mutating func skipSpace() {
    while position < source.count {
      guard let (scalar, length) = scalar(at: position), PythonText.isSpace(scalar) else { return }
      if scalar == "\n" { line += 1 }
      position += length
    }
  }

  /// The character that begins at `place`, and its bytes.
  func scalar(at place: Int) -> (Unicode.Scalar, length: Int)? {
    let lead = source[place]
    if lead < 0x80 { return (Unicode.Scalar(lead), 1) }
    let length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    let bytes = source[place..<min(place + length, source.count)]
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.first.map { ($0, length) }
  }

  private mutating func skipComment() throws(JinjaError) {
    let start = line
    guard
      let end = firstRange(of: [UInt8(ascii: "#"), UInt8(ascii: "}")], in: source, from: position)
    else { throw .syntax(line: start, "a comment has no end") }
    let last = end.lowerBound > position ? source[end.lowerBound - 1] : 0
    let isSigned = last == UInt8(ascii: "-") || last == UInt8(ascii: "+")
    let close = end.lowerBound - (isSigned ? 1 : 0)
    countLines(position..<close)
    position = close
    endTag(length: isSigned ? 3 : 2, trims: true)
  }

  /// Whether the block tag that begins here is `raw`, whose text is then read.
  private mutating func readRawBlock() throws(JinjaError) -> Bool {
    var place = position
    while place < source.count, Self.isTagSpace(source[place]) { place += 1 }
    guard source[place...].starts(with: "raw".utf8), place + 3 < source.count,
      [0x20, 0x0A, UInt8(ascii: "-"), UInt8(ascii: "%")].contains(source[place + 3])
    else { return false }
    let start = line
    position = place + 3
    skipSpace()
    guard position < source.count, let length = closingLength(UInt8(ascii: "%")) else {
      throw .syntax(line: start, "the tag raw has no end")
    }
    endTag(length: length, trims: false)
    guard let (text, end) = rawEnd() else { throw .syntax(line: start, "raw has no endraw") }
    addText(text)
    countLines(position..<end.start)
    position = end.start
    endTag(length: end.length, trims: true)
    return true
  }

  /// The text of a raw block that begins here, and where the end of its end tag stands, with its sign.
  private func rawEnd() -> (text: ArraySlice<UInt8>, end: (start: Int, length: Int))? {
    var from = position
    while let open = firstRange(of: Array("{%".utf8), in: source, from: from) {
      from = open.upperBound
      var place = open.upperBound
      let sign = place < source.count ? source[place] : 0
      if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { place += 1 }
      while place < source.count, Self.isTagSpace(source[place]) { place += 1 }
      guard source[place...].starts(with: "endraw".utf8) else { continue }
      place += 6
      while place < source.count, Self.isTagSpace(source[place]) { place += 1 }
      let isSigned = place < source.count && [0x2D, 0x2B].contains(source[place])
      guard source[(place + (isSigned ? 1 : 0))...].starts(with: "%}".utf8) else { continue }
      let text = kept(source[position..<open.lowerBound], sign: sign, isOutput: false)
      return (text, (place, isSigned ? 3 : 2))
    }
    return nil
  }

  private static func isTagSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
