import Diagnostics

/// Reads what stands between quotes: escapes, `{{` and `}}`, and `{name.field}`.
struct StringLiteralReader {
  private let source: SourceText
  private let end: Int
  private var offset: Int
  private var pending: [UInt8] = []
  private var segments: [StringLiteral.Segment] = []
  private(set) var diagnostics: [Diagnostic] = []

  /// The literal of a string token, and what is wrong inside it.
  static func read(_ token: Token, of source: SourceText) -> (StringLiteral, [Diagnostic]) {
    var reader = StringLiteralReader(
      source: source, end: token.range.upperBound - 1, offset: token.range.lowerBound + 1)
    while reader.offset < reader.end { reader.readNext() }
    reader.flush()
    return (StringLiteral(segments: reader.segments, range: token.range), reader.diagnostics)
  }

  private init(source: SourceText, end: Int, offset: Int) {
    self.source = source
    self.end = end
    self.offset = offset
  }

  private func byte(at position: Int) -> UInt8? {
    position < end ? source.bytes[position] : nil
  }

  private mutating func flush() {
    guard !pending.isEmpty else { return }
    segments.append(.text(String(decoding: pending, as: UTF8.self)))
    pending = []
  }

  private mutating func readNext() {
    let next = source.bytes[offset]
    switch next {
    case UInt8(ascii: "\\"): readEscape()
    case UInt8(ascii: "{"), UInt8(ascii: "}"):
      if byte(at: offset + 1) == next {
        pending.append(next)
        offset += 2
      } else if next == UInt8(ascii: "{") {
        readInterpolation()
      } else {
        report(
          "E0106", "this brace closes nothing", SourceRange(offset, offset + 1),
          help: "write `}}` for a brace in text")
        offset += 1
      }
    default:
      pending.append(next)
      offset += 1
    }
  }

  private mutating func readEscape() {
    let start = offset
    guard let letter = byte(at: offset + 1) else {
      offset += 1
      return
    }
    offset += 2
    switch letter {
    case UInt8(ascii: "n"): pending.append(0x0A)
    case UInt8(ascii: "t"): pending.append(0x09)
    case UInt8(ascii: "r"): pending.append(0x0D)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): pending.append(letter)
    case UInt8(ascii: "u"): readScalar(from: start)
    default:
      while let next = byte(at: offset), next & 0xC0 == 0x80 { offset += 1 }
      report(
        "E0105", "`\(source.text(in: SourceRange(start, offset)))` is not an escape",
        SourceRange(start, offset),
        help: #"escapes are \n \t \r \" \\ \u{…}; write \\ for a backslash"#)
    }
  }

  /// Reads `{1F600}` after `\u`.
  private mutating func readScalar(from start: Int) {
    var value: UInt32? = nil
    if byte(at: offset) == UInt8(ascii: "{") {
      var close = offset + 1
      while let next = byte(at: close), next != UInt8(ascii: "}"), close - offset <= 8 {
        close += 1
      }
      if byte(at: close) == UInt8(ascii: "}") {
        let digits = source.text(in: SourceRange(offset + 1, close))
        value = digits.hasPrefix("+") ? nil : UInt32(digits, radix: 16)
        offset = close + 1
      }
    }
    if let value, let scalar = Unicode.Scalar(value) {
      pending.append(contentsOf: String(scalar).utf8)
    } else {
      report(
        "E0105", "this escape names no Unicode letter", SourceRange(start, offset),
        help: #"write the number in hexadecimal, as in \u{E9} for é"#)
    }
  }

  private mutating func readInterpolation() {
    let start = offset
    var position = offset + 1
    var names: [Name] = []
    while let first = byte(at: position), first.isNameStart {
      var nameEnd = position
      while let next = byte(at: nameEnd), next.isNameStart || next.isDigit { nameEnd += 1 }
      let range = SourceRange(position, nameEnd)
      names.append(Name(text: source.text(in: range), range: range))
      position = nameEnd
      guard byte(at: position) == UInt8(ascii: ".") else { break }
      position += 1
    }
    let endsWithName = names.last?.range.upperBound == position
    guard byte(at: position) == UInt8(ascii: "}"), endsWithName else {
      offset += 1
      report(
        "E0106", "a brace in text starts a value", SourceRange(start, start + 1),
        help: "write `{{` for a brace in text, or `{name}` for the value of a name")
      skipBraces()
      return
    }
    flush()
    segments.append(.interpolation(names))
    offset = position + 1
  }

  /// Leaves the text up to the matching brace unread, so that one cause gives one message.
  private mutating func skipBraces() {
    var depth = 1
    while offset < end, depth > 0 {
      if source.bytes[offset] == UInt8(ascii: "{") { depth += 1 }
      if source.bytes[offset] == UInt8(ascii: "}") { depth -= 1 }
      offset += 1
    }
  }

  private mutating func report(
    _ code: String, _ message: String, _ range: SourceRange, help: String
  ) {
    diagnostics.append(Diagnostic(code, message, at: Label(source, range), help: help))
  }
}

/// Reads the content of a `"""` block.
enum TextBlockReader {
  /// The lines between the quotes joined by newlines, without their common indent; a last line of
  /// only spaces, where the closing quotes stand, does not count.
  static func read(_ token: Token, of source: SourceText) -> String {
    let inner = SourceRange(token.range.lowerBound + 3, token.range.upperBound - 3)
    var lines = source.text(in: inner)
      .replacingLineEndings()
      .split(separator: "\n", omittingEmptySubsequences: false)
    lines.removeFirst()
    if let last = lines.last, last.allSatisfy({ $0 == " " || $0 == "\t" }) { lines.removeLast() }
    let indents = lines.filter { !$0.allSatisfy { $0 == " " || $0 == "\t" } }
      .map { $0.prefix { $0 == " " || $0 == "\t" }.count }
    let common = indents.min() ?? 0
    return lines.map { $0.dropFirst(common) }.joined(separator: "\n")
  }
}

extension String {
  func replacingLineEndings() -> String {
    guard utf8.contains(UInt8(ascii: "\r")) else { return self }
    var result: [UInt8] = []
    var previous: UInt8 = 0
    for byte in utf8 {
      if byte == UInt8(ascii: "\n"), previous == UInt8(ascii: "\r") { result.removeLast() }
      result.append(byte)
      previous = byte
    }
    return String(decoding: result, as: UTF8.self)
  }
}
