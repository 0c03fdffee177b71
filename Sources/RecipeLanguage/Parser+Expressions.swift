import Diagnostics

extension Parser {
  private enum Precedence {
    static let or = 1
    static let and = 2
    static let not = 3
    static let comparison = 4
    static let sum = 5
    static let term = 6
  }

  mutating func parseExpression() throws(Stop) -> Expression {
    try parseBinary(above: 0)
  }

  /// An expression without comparisons, `and`, `or`, `not` at its top.
  mutating func parseSum() throws(Stop) -> Expression {
    try parseBinary(above: Precedence.comparison)
  }

  private mutating func parseBinary(above minimum: Int) throws(Stop) -> Expression {
    var left = try parseOperand(above: minimum)
    while let (operation, precedence) = binaryOperator, precedence > minimum {
      let operatorRange = advance().range
      skipNewlines()
      let right = try nested { parser throws(Stop) in
        try parser.parseBinary(above: precedence)
      }
      left = try make(
        .binary(operation, left, right, operatorRange: operatorRange),
        left.range.union(right.range), left, right)
      if operation.isComparison, let (next, _) = binaryOperator, next.isComparison {
        throw stop(
          "E0119", "comparisons cannot be chained",
          help: "join two comparisons with `and`: `a < b and b < c`")
      }
    }
    return left
  }

  private mutating func parseOperand(above minimum: Int) throws(Stop) -> Expression {
    guard atKeyword("not"), minimum < Precedence.not else { return try parseInterval() }
    let start = advance().range.lowerBound
    let operand = try nested { parser throws(Stop) in
      try parser.parseBinary(above: Precedence.not)
    }
    return try make(.unary(.not, operand), range(from: start), operand)
  }

  private var binaryOperator: (BinaryOperator, Int)? {
    switch current.kind {
    case .plus: (.plus, Precedence.sum)
    case .minus: (.minus, Precedence.sum)
    case .star: (.times, Precedence.term)
    case .slash: (.divided, Precedence.term)
    case .equal: (.equal, Precedence.comparison)
    case .notEqual: (.notEqual, Precedence.comparison)
    case .less: (.less, Precedence.comparison)
    case .lessOrEqual: (.lessOrEqual, Precedence.comparison)
    case .greater: (.greater, Precedence.comparison)
    case .greaterOrEqual: (.greaterOrEqual, Precedence.comparison)
    case .name:
      switch currentName {
      case "or": (.or, Precedence.or)
      case "and": (.and, Precedence.and)
      case "in": (.contained, Precedence.comparison)
      default: nil
      }
    default: nil
    }
  }

  private mutating func parseInterval() throws(Stop) -> Expression {
    let lower = try parseUnary()
    guard at(.closedRange) || at(.halfOpenRange) else { return lower }
    let isClosed = advance().kind == .closedRange
    skipNewlines()
    let upper = try parseUnary()
    return try make(
      .range(lower, upper, isClosed: isClosed), lower.range.union(upper.range), lower, upper)
  }

  private mutating func parseUnary() throws(Stop) -> Expression {
    guard at(.minus) else { return try parsePostfix() }
    let start = advance().range.lowerBound
    let operand = try parsePostfix()
    return try make(.unary(.minus, operand), range(from: start), operand)
  }

  private mutating func parsePostfix() throws(Stop) -> Expression {
    var base = try parsePrimary()
    while true {
      if at(.dot) {
        if case .name(let name) = base.kind, verbs.names.contains(name) {
          throw commandInsideExpression(Name(text: name, range: base.range))
        }
        advance()
        guard at(.name) else { throw unexpected("the name of a field") }
        let field = Name(text: currentName, range: advance().range)
        base = try make(.field(base, field), base.range.union(field.range), base)
      } else if at(.leftBracket), touchesPrevious {
        let opening = advance()
        let position = try withNewlines(ignored: true) { parser throws(Stop) in
          let value = try parser.nested { parser throws(Stop) in try parser.parseExpression() }
          try parser.expectClosing(.rightBracket, of: opening)
          return value
        }
        base = try make(
          .index(base, position), range(from: base.range.lowerBound), base, position)
      } else {
        return base
      }
    }
  }

  private mutating func parsePrimary() throws(Stop) -> Expression {
    let token = current
    switch token.kind {
    case .integer, .float, .percent, .duration, .size: return try parseNumber()
    case .string:
      let literal = readString()
      return try make(.string(literal), literal.range)
    case .text:
      advance()
      return try make(.text(TextBlockReader.read(token, of: source)), token.range)
    case .name: return try parseNamed()
    case .leftBracket: return try parseList()
    case .leftBrace: return try parseRecord()
    case .leftParenthesis: return try parseParentheses()
    default: throw unexpected("a value")
    }
  }

  private mutating func parseNamed() throws(Stop) -> Expression {
    let name = Name(text: currentName, range: current.range)
    switch name.text {
    case "true", "false":
      advance()
      return try make(.boolean(name.text == "true"), name.range)
    case "none":
      advance()
      return try make(.none, name.range)
    case _ where Keyword.all.contains(name.text) || Keyword.reserved.contains(name.text):
      throw unexpected("a value", help: "`\(name.text)` is a keyword; put text in quotes")
    default: advance()
    }
    guard at(.leftParenthesis), touchesPrevious else {
      return try make(.name(name.text), name.range)
    }
    let arguments = try parseCallArguments(of: name)
    let depth = arguments.map(\.value.depth).max() ?? 0
    return try make(.call(name, arguments), range(from: name.range.lowerBound), depth: depth)
  }

  private mutating func parseCallArguments(of name: Name) throws(Stop) -> [ArgumentSyntax] {
    let arguments = try parseItems(closedBy: .rightParenthesis) { parser throws(Stop) in
      try parser.parseArgument(of: name)
    }
    reportRepeated(arguments.compactMap(\.name), code: "E0208")
    return arguments
  }

  private mutating func parseList() throws(Stop) -> Expression {
    let start = current.range.lowerBound
    let elements = try parseItems(closedBy: .rightBracket) { parser throws(Stop) in
      try parser.parseExpression()
    }
    return try make(
      .list(elements), range(from: start), depth: elements.map(\.depth).max() ?? 0)
  }

  private mutating func parseRecord() throws(Stop) -> Expression {
    let start = current.range.lowerBound
    let fields = try parseItems(closedBy: .rightBrace) { parser throws(Stop) in
      try parser.parseField()
    }
    reportRepeated(fields.map(\.name), code: "E0121")
    return try make(
      .record(fields), range(from: start), depth: fields.map(\.value.depth).max() ?? 0)
  }

  /// Of two values under one name the first would be lost without a word.
  private mutating func reportRepeated(_ names: [Name], code: String) {
    var first: [String: Name] = [:]
    for name in names {
      guard let earlier = first[name.text] else {
        first[name.text] = name
        continue
      }
      report(
        Diagnostic(
          code, "`\(name.text)` is given twice", at: Label(source, name.range, "given again"),
          secondary: [Label(source, earlier.range, "given here first")],
          help: "keep one of the two, or give them different names"))
    }
  }

  private mutating func parseField() throws(Stop) -> Expression.Field {
    let token = current
    let name: Name
    if token.kind == .string {
      let literal = readString()
      guard let text = literal.plainText else {
        throw stop("E0110", "the name of a field is plain text", at: literal.range)
      }
      name = Name(text: text, range: token.range)
    } else {
      try expect(.name, "the name of a field, as in `{prompt: \"question\"}`")
      name = Name(text: text(token), range: token.range)
    }
    try expect(.colon, "`:` between name and value")
    return Expression.Field(name: name, value: try parseExpression())
  }

  private mutating func parseParentheses() throws(Stop) -> Expression {
    let opening = advance()
    return try withNewlines(ignored: true) { parser throws(Stop) in
      let inner = try parser.nested { parser throws(Stop) in
        if let command = try parser.parseCommandIfPresent() {
          let depth = command.arguments.map(\.value.depth).max() ?? 0
          return try parser.make(.command(command), command.range, depth: depth)
        }
        return try parser.parseExpression()
      }
      try parser.expectClosing(.rightParenthesis, of: opening)
      let range = parser.range(from: opening.range.lowerBound)
      return Expression(kind: inner.kind, range: range, depth: inner.depth)
    }
  }

  /// Items between brackets, with commas between them and one allowed behind the last.
  private mutating func parseItems<Item>(
    closedBy closing: TokenKind, _ parseItem: (inout Parser) throws(Stop) -> Item
  ) throws(Stop) -> [Item] {
    let opening = advance()
    return try withNewlines(ignored: true) { parser throws(Stop) in
      var items: [Item] = []
      while !parser.at(closing) {
        if closing == .rightBrace, items.count == Self.mostFields {
          throw parser.tooMany("fields", Self.mostFields, at: parser.current.range)
        }
        items.append(try parser.nested(parseItem))
        guard parser.accept(.comma) else { break }
      }
      try parser.expectClosing(closing, of: opening)
      return items
    }
  }

  // MARK: Making

  private mutating func make(
    _ kind: Expression.Kind, _ range: SourceRange, _ parts: Expression...
  ) throws(Stop) -> Expression {
    try make(kind, range, depth: parts.map(\.depth).max() ?? 0)
  }

  private mutating func make(
    _ kind: Expression.Kind, _ range: SourceRange, depth: Int
  ) throws(Stop) -> Expression {
    guard depth < Self.maximumDepth * 2 else { throw tooDeep(range) }
    return Expression(kind: kind, range: range, depth: depth + 1)
  }

  private mutating func parseNumber() throws(Stop) -> Expression {
    let token = advance()
    guard let kind = NumberReader.read(text(token), as: token.kind) else {
      throw stop(
        "E0104", "`\(text(token))` is too large", at: token.range,
        help: "whole numbers go up to 9223372036854775807")
    }
    return try make(kind, token.range)
  }
}
