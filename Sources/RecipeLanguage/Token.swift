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

extension Keyword {
  /// What a keyword does, and a line with it.
  package static func usage(of word: String) -> (text: String, example: String)? {
    usages.first { $0.words.contains(word) }.map { ($0.text, $0.example) }
  }

  private static let usages: [(words: [String], text: String, example: String)] = [
    (
      ["recipe"], "The first line of a recipe: its title and the version of the language.",
      "recipe \"my tune\", language: 1"
    ),
    (
      ["include"], "Takes over the parameters and names of another recipe.",
      "include \"common.recipe\""
    ),
    (
      ["param", "one", "of"],
      "A value that may be set from outside: skillet run FILE --set rank=16.",
      "param rank: one of [4, 8, 16] = 8"
    ),
    (["let"], "Gives a value a name.", "let base = eval"),
    (
      ["for", "in", "as"],
      "Runs a block once for each value, each time from the same state, and gives a table.",
      "for r in [4, 8] as \"rank {r}\" { lora rank: r }"
    ),
    (
      ["assert"], "Fails the run where a condition does not hold.",
      "assert 1 < 2, \"as it should be\""
    ),
    (
      ["expect", "within", "matches"],
      "Compares a value with what was recorded (==, ~= … within, matches); skillet accept records new ones.",
      "expect 0.5 + 0.5 ~= 1 within 0.001"
    ),
    (["where"], "A condition for the value of a parameter.", "param rank: int = 8 where rank > 0"),
    (["and", "or", "not"], "Joins conditions.", "assert 1 < 2 and not 2 < 1 or false"),
    (["true", "false"], "The two values of a condition, true and false.", "lora rslora: true"),
    (["none"], "Nothing: a value that is not there.", "let nothing = none"),
  ]
}
