/// What the splitting rules of tokenizers tell apart, after Unicode's general categories.
enum CharacterClass: UInt8 {
  /// `\p{L}`.
  case letter
  /// `\p{N}`.
  case number
  /// Carriage return or line feed, which are also `\s`.
  case newline
  /// Any other `\s` (White_Space).
  case space
  /// Everything else: `[^\s\p{L}\p{N}]`, marks and controls among them.
  case other

  var isSpace: Bool { self == .space || self == .newline }

  init(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x61...0x7A, 0x41...0x5A: self = .letter
    case 0x30...0x39: self = .number
    case 0x0A, 0x0D: self = .newline
    case 0x09, 0x0B, 0x0C, 0x20: self = .space
    case 0..<0x80: self = .other
    default: self = Self.byProperties(scalar)
    }
  }

  private static func byProperties(_ scalar: Unicode.Scalar) -> CharacterClass {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      .letter
    case .decimalNumber, .letterNumber, .otherNumber: .number
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: .space
    // NEXT LINE is the one control beyond ASCII that is white space.
    default: scalar.value == 0x85 ? .space : .other
    }
  }

  /// What the `regex` crate's `\w` takes: letters, marks, decimal digits, connectors and joiners.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic || isMark(scalar) { return true }
    return switch scalar.properties.generalCategory {
    case .decimalNumber, .connectorPunctuation: true
    default: scalar == "\u{200C}" || scalar == "\u{200D}"
    }
  }

  /// `\p{M}`.
  static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }
}
