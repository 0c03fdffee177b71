import Diagnostics

/// Cuts recipe text into tokens. It never fails: bytes that fit nowhere become `unknown` tokens
/// with a diagnostic, so that the tokens always join to the text.
package struct Lexer {
  private let source: SourceText
  private let bytes: [UInt8]
  private let hyphenatedWords: Set<String>
  private var offset = 0
  private var tokens: [Token] = []
  private var diagnostics: [Diagnostic] = []
  private var endsInsideText = false

  package struct Output: Sendable {
    package let tokens: [Token]
    package let diagnostics: [Diagnostic]
    /// Whether a `"""` was opened and never closed: more lines may follow.
    package let endsInsideText: Bool
  }

  /// The tokens of a text, the last one `endOfFile`, with everything wrong with single tokens.
  ///
  /// - Parameter verbs: whose arguments take words, some of them with a hyphen.
  package static func tokens(of source: SourceText, verbs: VerbCatalog) -> Output {
    var lexer = Lexer(source, words: verbs.hyphenatedWords)
    lexer.tokens.reserveCapacity(source.bytes.count / 3)
    // Editors put a byte order mark before the text; it says nothing.
    if lexer.bytes.starts(with: SourceText.byteOrderMark) {
      lexer.append(.whitespace, upTo: SourceText.byteOrderMark.count)
    }
    while lexer.offset < lexer.bytes.count { lexer.readToken() }
    lexer.tokens.append(Token(kind: .endOfFile, range: SourceRange(at: lexer.bytes.count)))
    return Output(
      tokens: lexer.tokens, diagnostics: lexer.diagnostics, endsInsideText: lexer.endsInsideText)
  }

  private init(_ source: SourceText, words: Set<String>) {
    self.source = source
    hyphenatedWords = words
    bytes = source.bytes
  }

  // MARK: Reading

  private func byte(at position: Int) -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private mutating func append(_ kind: TokenKind, upTo end: Int) {
    tokens.append(Token(kind: kind, range: SourceRange(offset, end)))
    offset = end
  }

  private func end(from start: Int, while matches: (UInt8) -> Bool) -> Int {
    var end = start
    while end < bytes.count, matches(bytes[end]) { end += 1 }
    return end
  }

  private mutating func readToken() {
    let first = bytes[offset]
    switch first {
    case UInt8(ascii: " "), UInt8(ascii: "\t"):
      append(.whitespace, upTo: end(from: offset) { $0 == 0x20 || $0 == 0x09 })
    case UInt8(ascii: "\n"): append(.newline, upTo: offset + 1)
    case UInt8(ascii: "\r") where byte(at: offset + 1) == UInt8(ascii: "\n"):
      append(.newline, upTo: offset + 2)
    case UInt8(ascii: "#"): readComment()
    case UInt8(ascii: "\""): readQuoted()
    case _ where first.isDigit: readNumber()
    case _ where first.isNameStart:
      readName()
    default: readSign(first)
    }
  }

  /// A name, or one of the words of arguments that have a hyphen, such as `llama-2`.
  private mutating func readName() {
    let name = end(from: offset) { $0.isNameStart || $0.isDigit }
    guard byte(at: name) == UInt8(ascii: "-") else { return append(.name, upTo: name) }
    let word = end(from: name + 1) { $0.isNameStart || $0.isDigit }
    let text = String(decoding: bytes[offset..<word], as: UTF8.self)
    append(.name, upTo: hyphenatedWords.contains(text) ? word : name)
  }

  private mutating func readComment() {
    let isProse = byte(at: offset + 1) == UInt8(ascii: "#")
    var end = end(from: offset) { $0 != UInt8(ascii: "\n") }
    if end > offset, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    append(isProse ? .prose : .comment, upTo: end)
  }

  // MARK: Signs

  private static let twoByteSigns: [(String, TokenKind)] = [
    ("==", .equal), ("~=", .approximatelyEqual), ("!=", .notEqual), ("<=", .lessOrEqual),
    (">=", .greaterOrEqual),
  ]

  private static let oneByteSigns: [UInt8: TokenKind] = [
    UInt8(ascii: "("): .leftParenthesis, UInt8(ascii: ")"): .rightParenthesis,
    UInt8(ascii: "["): .leftBracket, UInt8(ascii: "]"): .rightBracket,
    UInt8(ascii: "{"): .leftBrace, UInt8(ascii: "}"): .rightBrace, UInt8(ascii: ","): .comma,
    UInt8(ascii: ":"): .colon, UInt8(ascii: ";"): .semicolon, UInt8(ascii: "."): .dot,
    UInt8(ascii: "="): .assign, UInt8(ascii: "<"): .less, UInt8(ascii: ">"): .greater,
    UInt8(ascii: "+"): .plus, UInt8(ascii: "-"): .minus, UInt8(ascii: "*"): .star,
    UInt8(ascii: "/"): .slash,
  ]

  private mutating func readSign(_ first: UInt8) {
    if first == UInt8(ascii: "."), byte(at: offset + 1) == UInt8(ascii: ".") {
      let isHalfOpen = byte(at: offset + 2) == UInt8(ascii: "<")
      append(isHalfOpen ? .halfOpenRange : .closedRange, upTo: offset + (isHalfOpen ? 3 : 2))
      return
    }
    if let second = byte(at: offset + 1) {
      for (sign, kind) in Self.twoByteSigns where sign.utf8.elementsEqual([first, second]) {
        append(kind, upTo: offset + 2)
        return
      }
    }
    if let kind = Self.oneByteSigns[first] {
      append(kind, upTo: offset + 1)
    } else {
      readUnknown()
    }
  }

  private mutating func readUnknown() {
    if let end = endOfCurlyQuotes {
      let range = SourceRange(offset, end)
      append(.unknown, upTo: end)
      let text = source.text(in: range).dropFirst().dropLast()
      report(
        "E0101", "curly quotes are not part of the language", range,
        help: "put text in straight quotes: \"\(text)\"")
      return
    }
    let start = offset
    let length = scalarLength(at: offset)
    append(.unknown, upTo: offset + (length ?? 1))
    let range = SourceRange(start, offset)
    guard length != nil else {
      report("E0102", "this byte is not UTF-8 text", range, help: "save the file as UTF-8")
      return
    }
    let found = source.text(in: range)
    let help: String? =
      switch found {
      case "\u{201C}", "\u{201D}", "\u{2018}", "\u{2019}", "'": "put text in straight quotes: \"…\""
      case "%": "a percent sign stands directly behind a number: 10%"
      case "~": "put paths in quotes: \"~/…\""
      case "\\": "put paths in quotes: \"C:/data/x.csv\""
      case "&": "write `and`"
      case "|": "write `or`"
      case "!": "write `not`"
      case "\u{2013}", "\u{2014}", "\u{2212}": "use the plain minus sign `-`"
      case "\u{A0}": "this is a no-break space: use a plain one"
      default: Self.plainForm(of: found).map { "use the plain `\($0)`" }
      }
    let name = found.unicodeScalars.first.map {
      $0.value < 0x20 ? "a control character" : "`\(found)`"
    }
    report("E0101", "\(name ?? "this") is not part of the language", range, help: help)
  }

  /// Where a text in typographic quotes ends, if one begins here and ends on this line.
  private var endOfCurlyQuotes: Int? {
    let opening = Array("\u{201C}".utf8)
    let closing = Array("\u{201D}".utf8)
    guard bytes[offset...].starts(with: opening) else { return nil }
    let end = self.end(from: offset) { $0 != UInt8(ascii: "\n") }
    let line = bytes[offset + opening.count..<end].prefix(1000)
    return line.indices.first { line[$0...].starts(with: closing) }.map { $0 + closing.count }
  }

  /// The ASCII character that a full-width one stands for.
  private static func plainForm(of text: String) -> Character? {
    guard let scalar = text.unicodeScalars.first, (0xFF01...0xFF5E).contains(scalar.value) else {
      return nil
    }
    return Unicode.Scalar(scalar.value - 0xFEE0).map { Character($0) }
  }

  /// The length of the valid UTF-8 scalar at a position, or nothing.
  private func scalarLength(at position: Int) -> Int? {
    let length: Int =
      switch bytes[position] {
      case 0..<0x80: 1
      case 0xC2..<0xE0: 2
      case 0xE0..<0xF0: 3
      case 0xF0..<0xF5: 4
      default: 0
      }
    guard length > 0, position + length <= bytes.count else { return nil }
    return String(validating: bytes[position..<position + length], as: UTF8.self) == nil
      ? nil : length
  }

  /// Reports the first byte of a text that is not UTF-8: it would silently become another letter.
  private mutating func checkEncoding(_ range: Range<Int>) {
    guard String(validating: bytes[range], as: UTF8.self) == nil else { return }
    var position = range.lowerBound
    while position < range.upperBound, let length = scalarLength(at: position) {
      position += length
    }
    report(
      "E0102", "this byte is not UTF-8 text", SourceRange(position, position + 1),
      help: "save the file as UTF-8")
  }

  private mutating func report(
    _ code: String, _ message: String, _ range: SourceRange, label: String = "",
    help: String? = nil
  ) {
    diagnostics.append(Diagnostic(code, message, at: Label(source, range, label), help: help))
  }

  // MARK: Numbers

  private mutating func readNumber() {
    let start = offset
    var end = end(from: offset) { $0.isDigit || $0 == UInt8(ascii: "_") }
    var isFloat = false
    if byte(at: end) == UInt8(ascii: "."), byte(at: end + 1)?.isDigit == true {
      isFloat = true
      end = self.end(from: end + 1) { $0.isDigit || $0 == UInt8(ascii: "_") }
    }
    if let exponent = endOfExponent(at: end) {
      isFloat = true
      end = exponent
    }
    if byte(at: end) == UInt8(ascii: "%") {
      append(.percent, upTo: end + 1)
      return
    }
    let suffixEnd = self.end(from: end) { $0.isNameStart || $0.isDigit }
    let suffix = String(decoding: bytes[end..<suffixEnd], as: UTF8.self)
    if suffix.isEmpty {
      append(isFloat ? .float : .integer, upTo: end)
    } else if Unit.seconds[suffix] != nil {
      append(.duration, upTo: suffixEnd)
    } else if Unit.bytes[suffix] != nil {
      append(.size, upTo: suffixEnd)
    } else {
      append(.unknown, upTo: suffixEnd)
      let near =
        Unit.habits[suffix].map { "write `\($0)`" }
        ?? NearestName.question(for: suffix, among: Unit.all)
      report(
        "E0104", "`\(suffix)` is not a unit", SourceRange(end, suffixEnd),
        label: "behind the number \(source.text(in: SourceRange(start, end)))",
        help: near ?? "units are \(Unit.all.joined(separator: ", ")) and %")
    }
  }

  private func endOfExponent(at position: Int) -> Int? {
    guard let letter = byte(at: position), letter | 0x20 == UInt8(ascii: "e") else { return nil }
    var digits = position + 1
    if let sign = byte(at: digits), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
      digits += 1
    }
    guard byte(at: digits)?.isDigit == true else { return nil }
    return end(from: digits) { $0.isDigit || $0 == UInt8(ascii: "_") }
  }

  // MARK: Text

  private mutating func readQuoted() {
    let quote = UInt8(ascii: "\"")
    if byte(at: offset + 1) == quote, byte(at: offset + 2) == quote {
      readTextBlock()
      return
    }
    let start = offset
    var end = offset + 1
    while let next = byte(at: end), next != UInt8(ascii: "\n"), next != quote {
      let skips = next == UInt8(ascii: "\\") && byte(at: end + 1) != UInt8(ascii: "\n")
      end += skips ? 2 : 1
    }
    end = min(end, bytes.count)
    if byte(at: end) == quote {
      append(.string, upTo: end + 1)
      checkEncoding(start..<offset)
    } else {
      if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      append(.unknown, upTo: end)
      report(
        "E0103", "this text has no closing quote", SourceRange(start, start + 1),
        label: "opened here",
        help: "close it with \" on the same line, or use \"\"\" for many lines")
    }
  }

  private mutating func readTextBlock() {
    let start = offset
    let quote = UInt8(ascii: "\"")
    var end = offset + 3
    while end < bytes.count {
      if bytes[end] == quote, byte(at: end + 1) == quote, byte(at: end + 2) == quote { break }
      end += 1
    }
    guard end < bytes.count else {
      append(.unknown, upTo: bytes.count)
      endsInsideText = true
      report(
        "E0107", "this text block is not closed", SourceRange(start, start + 3),
        label: "opened here", help: "close it with \"\"\" on a line of its own")
      return
    }
    append(.text, upTo: end + 3)
    checkEncoding(start..<offset)
    let opening = self.end(from: start + 3) { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    if byte(at: opening) != UInt8(ascii: "\n") {
      report(
        "E0107", "the text of a block starts on the line after its \"\"\"",
        SourceRange(start, start + 3), help: "go to a new line after \"\"\", or use plain quotes")
    }
  }
}

extension UInt8 {
  var isDigit: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }

  var isNameStart: Bool {
    self == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}
