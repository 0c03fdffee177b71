/// Text of files, models and names as people may see it: what it contains never decides what a terminal
/// does. Control characters, bidirectional controls and characters that show nothing stand as the
/// language writes them (`\u{1B}`); newlines, tabs and everything that can be seen stay.
package enum VisibleText {
  /// The text with its newlines and tabs. Marks of `StyledText` stay marks.
  ///
  /// - Parameter previous: the scalar before the text, where it comes in pieces.
  package static func escaped(_ text: String, after previous: Unicode.Scalar? = nil) -> String {
    if isPlain(text) { return text }
    return rewritten(text, after: previous, mark: { StyledText.mark($0) }, escape: languageEscape)
  }

  /// The text in one line: its newlines and tabs are escaped too. For names, titles and sentences, into
  /// which a newline could put a line that looks like ours.
  package static func onOneLine(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in escaped(text).unicodeScalars {
      switch scalar {
      case "\n": result.append(contentsOf: #"\n"#.unicodeScalars)
      case "\t": result.append(contentsOf: #"\t"#.unicodeScalars)
      case "\r": result.append(contentsOf: #"\r"#.unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// A JSON document that says the same and has no such character: they are only in its strings, where
  /// `\u202e` is the character.
  package static func json(_ document: String) -> String {
    if isPlain(document) { return document }
    return rewritten(document, after: nil, mark: { _ in "" }) { scalar in
      scalar.utf16.map { unit in
        let digits = String(unit, radix: 16)
        return #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
      }.joined()
    }
  }

  /// The text for a terminal: escaped, and the marks of `StyledText` as escape sequences.
  package static func rendered(_ text: String) -> String {
    if isPlain(text) { return text }
    return rewritten(text, after: nil, mark: { "\u{1B}[\($0)m" }, escape: languageEscape)
  }

  // MARK: The rule

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x09 }
  }

  private static func rewritten(
    _ text: String, after previous: Unicode.Scalar?, mark: (String) -> String,
    escape: (Unicode.Scalar) -> String
  ) -> String {
    var result = String.UnicodeScalarView()
    var previous = previous
    var rest = text.unicodeScalars[...]
    while let scalar = rest.first {
      if let style = StyledText.leadingMark(of: rest) {
        result.append(contentsOf: mark(style.code).unicodeScalars)
        rest = rest.dropFirst(style.length)
        continue
      }
      rest = rest.dropFirst()
      let isShown = scalar == "\r" ? rest.first == "\n" : shows(scalar, after: previous)
      if isShown {
        result.append(scalar)
      } else {
        result.append(contentsOf: escape(scalar).unicodeScalars)
      }
      previous = isShown ? scalar : "}"
    }
    return String(result)
  }

  private static func languageEscape(_ scalar: Unicode.Scalar) -> String {
    scalar == "\r" ? #"\r"# : #"\u{"# + String(scalar.value, radix: 16, uppercase: true) + "}"
  }

  private static func shows(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
    switch scalar.value {
    case 0x0A, 0x09: return true
    case ..<0x20, 0x7F..<0xA0: return false
    case ..<0xA1: return true
    // joiners and variation selectors belong to the letter or emoji before them
    case 0x200C, 0x200D, 0xFE00...0xFE0F:
      guard let previous else { return false }
      return !previous.isASCII || (scalar.value == 0xFE0F && previous.properties.isEmoji)
    // line and paragraph separators, annotations
    case 0x2028, 0x2029, 0xFFF9...0xFFFB: return false
    default:
      return !scalar.properties.isDefaultIgnorableCodePoint
        && !scalar.properties.isNoncharacterCodePoint
    }
  }
}
