import Diagnostics

/// A piece of recipe text. Tokens stand side by side without gaps: joined they give the text back.
package struct Token: Sendable, Equatable {
  package let kind: TokenKind
  package let range: SourceRange
}

package enum TokenKind: Sendable, Equatable {
  // Layout, kept so that nothing of the text is lost.
  case whitespace, newline, semicolon, comment, prose

  // Names and literals.
  case name, integer, float, percent, duration, size, string, text

  // Brackets and separators.
  case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
  case comma, colon, dot

  // Operators.
  case assign, equal, approximatelyEqual, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case plus, minus, star, slash, closedRange, halfOpenRange

  /// Bytes that start no token; a diagnostic tells why.
  case unknown
  case endOfFile

  /// Whether the parser never sees the token.
  package var isTrivia: Bool { self == .whitespace || self == .comment }

  /// Whether a statement goes on over the line end after this token.
  package var continuesLine: Bool {
    switch self {
    case .comma, .colon, .assign, .equal, .approximatelyEqual, .notEqual, .less, .lessOrEqual,
      .greater, .greaterOrEqual, .plus, .minus, .star, .slash, .closedRange, .halfOpenRange:
      true
    default: false
    }
  }

  var opensBracket: Bool {
    self == .leftParenthesis || self == .leftBracket || self == .leftBrace
  }

  var closesBracket: Bool {
    self == .rightParenthesis || self == .rightBracket || self == .rightBrace
  }

  /// How a message names what was found.
  var description: String {
    switch self {
    case .newline: "the end of the line"
    case .endOfFile: "the end of the text"
    case .name: "a name"
    case .integer, .float: "a number"
    case .percent: "a percentage"
    case .duration: "a duration"
    case .size: "a size"
    case .string, .text: "text in quotes"
    case .prose: "a line of prose"
    case .unknown: "something that is not part of the language"
    default: "a sign"
    }
  }
}

/// Words with a fixed meaning in the grammar.
package enum Keyword {
  package static let all: Set<String> = [
    "recipe", "include", "param", "let", "for", "in", "as", "assert", "expect", "where", "within",
    "matches", "and", "or", "not", "true", "false", "none", "one", "of",
  ]

  /// Words of other languages, kept free for later versions of this one.
  package static let reserved: Set<String> = [
    "if", "else", "while", "def", "return", "import", "try",
  ]

  /// Keywords that stand between two expressions, so that what follows a name is no argument.
  static let infix: Set<String> = ["in", "as", "where", "within", "matches", "and", "or", "of"]
}
