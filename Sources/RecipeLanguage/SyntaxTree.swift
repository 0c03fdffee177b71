import Diagnostics

/// A parsed text: its statements in order, and everything that could not be read.
package struct SyntaxTree: Sendable {
  package let source: SourceText
  package let tokens: [Token]
  package let statements: [Statement]
  package let diagnostics: [Diagnostic]
  /// Whether the first thing wrong is that the text stops too early.
  package let endsTooEarly: Bool

  package var hasErrors: Bool { diagnostics.containsError }
}

/// A name as it stands in the text.
package struct Name: Sendable {
  package let text: String
  package let range: SourceRange
}

package struct Statement: Sendable {
  package enum Kind: Sendable {
    /// `recipe "title", language: 1`
    case header(StringLiteral, [ArgumentSyntax])
    /// `include "common.recipe"`
    case include(StringLiteral)
    case parameter(Parameter)
    case binding(Name, Operation)
    /// `assert condition, "message"`
    case assertion(Expression, message: StringLiteral?)
    case expectation(Expectation)
    case operation(Operation)
    /// The Markdown behind `##`.
    case prose(String)
  }

  package let kind: Kind
  package let range: SourceRange
  /// Whether a `;` behind it keeps its value from being shown.
  package var isSilenced = false
}

/// `param name: type = default where condition`
package struct Parameter: Sendable {
  package let name: Name
  package let type: TypeExpression
  package let defaultValue: Expression?
  package let condition: Expression?
}

/// The type of a parameter as written.
package indirect enum TypeExpression: Sendable {
  case named(Name)
  case list(TypeExpression, SourceRange)
  /// `one of [a, b]`
  case choice([Expression], SourceRange)

  package var range: SourceRange {
    switch self {
    case .named(let name): name.range
    case .list(_, let range), .choice(_, let range): range
    }
  }
}

/// `expect x`, `expect x == y`, `expect x ~= y within t`, `expect x matches "glob"`
package struct Expectation: Sendable {
  package enum Check: Sendable {
    /// Nothing recorded yet.
    case unrecorded
    case equals(Expression)
    case near(Expression, tolerance: Expression)
    case matches(StringLiteral)
  }

  package let subject: Expression
  package let check: Check
}

/// What gives a value at statement level.
package enum Operation: Sendable {
  case command(Command)
  case loop(Loop)
  case expression(Expression)

  package var range: SourceRange {
    switch self {
    case .command(let command): command.range
    case .loop(let loop): loop.range
    case .expression(let expression): expression.range
    }
  }
}

/// `verb positional, name: value`
package struct Command: Sendable {
  package let verb: Name
  package let arguments: [ArgumentSyntax]
  package let range: SourceRange
}

package struct ArgumentSyntax: Sendable {
  package let name: Name?
  package let value: Expression

  package var range: SourceRange { name.map { $0.range.union(value.range) } ?? value.range }
}

/// `for r in [2, 4], q in [nf4, int8] as "r{r}-{q}" { … }`
package struct Loop: Sendable {
  package struct Generator: Sendable {
    package let name: Name
    package let values: Expression

    /// Whether the text lists one value only.
    var hasOneValue: Bool {
      if case .list(let elements) = values.kind { elements.count == 1 } else { false }
    }
  }

  package let generators: [Generator]
  package let label: StringLiteral?
  package let body: [Statement]
  /// From the opening to the closing brace.
  package let bodyRange: SourceRange
  package let range: SourceRange

  /// Whether what its block gives is another loop's table.
  package var endsWithLoop: Bool { placeOfLastLoop != nil }

  /// Where in its block the loop stands whose table the block gives.
  package var placeOfLastLoop: Int? {
    let last = body.lastIndex { if case .operation = $0.kind { true } else { false } }
    guard let last, case .operation(.loop) = body[last].kind else { return nil }
    return last
  }
}

package struct Expression: Sendable {
  package indirect enum Kind: Sendable {
    case integer(Int)
    case float(Double)
    /// As a fraction: 10% is 0.1.
    case percent(Double)
    /// In seconds.
    case duration(Double)
    /// In bytes.
    case size(Int)
    case boolean(Bool)
    case none
    case string(StringLiteral)
    /// The content of a `"""` block, common indent removed.
    case text(String)
    case name(String)
    case call(Name, [ArgumentSyntax])
    case list([Expression])
    case record([Field])
    /// A command in parentheses.
    case command(Command)
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression, operatorRange: SourceRange)
    case field(Expression, Name)
    case index(Expression, Expression)
    case range(Expression, Expression, isClosed: Bool)
  }

  package struct Field: Sendable {
    package let name: Name
    package let value: Expression
  }

  package let kind: Kind
  package let range: SourceRange
  /// Levels of expressions inside this one; the parser keeps it bounded.
  package let depth: Int
}

package enum UnaryOperator: String, Sendable {
  case minus = "-"
  case not
}

package enum BinaryOperator: String, Sendable {
  case or, and
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case contained = "in"
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divided = "/"

  var isComparison: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .contained: true
    default: false
    }
  }
}

/// Text in quotes with its escapes read and its `{name.field}` parts found.
package struct StringLiteral: Sendable {
  package enum Segment: Sendable {
    case text(String)
    /// A variable and the fields behind it.
    case interpolation([Name])
  }

  package let segments: [Segment]
  package let range: SourceRange

  /// The text when nothing is interpolated.
  package var plainText: String? {
    var result = ""
    for segment in segments {
      guard case .text(let text) = segment else { return nil }
      result += text
    }
    return result
  }
}
