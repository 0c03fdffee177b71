/// Expressions, in Jinja's order of precedence.
extension JinjaParser {
  /// An expression, or several with commas between: a tuple.
  mutating func tupleOrExpression(
    withCondition: Bool = true
  ) throws(JinjaError) -> JinjaExpression {
    let start = line
    let first = withCondition ? try expression() : try disjunction()
    guard isSymbol(",") else { return first }
    var items = [first]
    while take(symbol: ",") {
      if current.kind == .endBlock || current.kind == .endOutput { break }
      items.append(withCondition ? try expression() : try disjunction())
    }
    return JinjaExpression(kind: .tuple(items), line: start)
  }

  mutating func expression() throws(JinjaError) -> JinjaExpression {
    try nested { parser throws(JinjaError) in
      var value = try parser.disjunction()
      var length = 0
      while parser.isName("if") {
        let line = parser.line
        parser.advance()
        length += 1
        try parser.checkChain(length)
        let condition = try parser.disjunction()
        let otherwise = parser.take(name: "else") ? try parser.expression() : nil
        value = JinjaExpression(
          kind: .conditional(condition, then: value, otherwise: otherwise), line: line)
      }
      return value
    }
  }

  private mutating func disjunction() throws(JinjaError) -> JinjaExpression {
    try chain(
      { $0.take(name: "or") ? "or" : nil }, { p throws(JinjaError) in try p.conjunction() },
      { _, left, right in .or(left, right) })
  }

  private mutating func conjunction() throws(JinjaError) -> JinjaExpression {
    try chain(
      { $0.take(name: "and") ? "and" : nil }, { p throws(JinjaError) in try p.negation() },
      { _, left, right in .and(left, right) })
  }

  /// Operands of one precedence, taken together from the left.
  private mutating func chain(
    _ takeOperator: (inout JinjaParser) -> String?,
    _ operand: (inout JinjaParser) throws(JinjaError) -> JinjaExpression,
    _ combine: (String, JinjaExpression, JinjaExpression) -> JinjaExpression.Kind
  ) throws(JinjaError) -> JinjaExpression {
    var left = try operand(&self)
    var length = 0
    while true {
      let start = line
      guard let symbol = takeOperator(&self) else { return left }
      length += 1
      try checkChain(length)
      left = JinjaExpression(kind: combine(symbol, left, try operand(&self)), line: start)
    }
  }

  private mutating func negation() throws(JinjaError) -> JinjaExpression {
    let start = line
    guard take(name: "not") else { return try comparison() }
    let value = try nested { parser throws(JinjaError) in try parser.negation() }
    return JinjaExpression(kind: .negated(value), line: start)
  }

  private mutating func comparison() throws(JinjaError) -> JinjaExpression {
    let start = line
    let first = try sum()
    var rest: [(symbol: String, right: JinjaExpression)] = []
    while let symbol = takeComparison() { rest.append((symbol, try sum())) }
    return rest.isEmpty ? first : JinjaExpression(kind: .comparison(first, rest), line: start)
  }

  private mutating func takeComparison() -> String? {
    for symbol in ["==", "!=", "<=", ">=", "<", ">"] where take(symbol: symbol) { return symbol }
    if take(name: "in") { return "in" }
    if isName("not"), next.kind == .name("in") {
      advance()
      advance()
      return "not in"
    }
    return nil
  }

  private mutating func takeSymbol(of symbols: [String]) -> String? {
    for symbol in symbols where take(symbol: symbol) { return symbol }
    return nil
  }

  private mutating func sum() throws(JinjaError) -> JinjaExpression {
    try chain(
      { $0.takeSymbol(of: ["+", "-"]) }, { p throws(JinjaError) in try p.concatenation() },
      { .binary($0, $1, $2) })
  }

  private mutating func concatenation() throws(JinjaError) -> JinjaExpression {
    let start = line
    var parts = [try product()]
    while take(symbol: "~") { parts.append(try product()) }
    return parts.count == 1
      ? parts[0] : JinjaExpression(kind: .concatenation(parts), line: start)
  }

  private mutating func product() throws(JinjaError) -> JinjaExpression {
    try chain(
      { $0.takeSymbol(of: ["*", "//", "/", "%"]) }, { p throws(JinjaError) in try p.unary() },
      { .binary($0, $1, $2) })
  }

  private mutating func unary(withFilter: Bool = true) throws(JinjaError) -> JinjaExpression {
    let start = line
    var value: JinjaExpression
    if let sign = takeSymbol(of: ["-", "+"]) {
      let operand = try nested { parser throws(JinjaError) in
        try parser.unary(withFilter: false)
      }
      value = JinjaExpression(kind: .unary(sign, operand), line: start)
    } else {
      value = try primary()
    }
    value = try postfix(value)
    if isSymbol("**") { throw .unsupported(line: line, "the operator **") }
    return withFilter ? try filtered(value) : value
  }

  private mutating func primary() throws(JinjaError) -> JinjaExpression {
    let start = line
    func made(_ kind: JinjaExpression.Kind) -> JinjaExpression {
      JinjaExpression(kind: kind, line: start)
    }
    switch current.kind {
    case .name(let name):
      advance()
      return made(Self.constants[name].map { .constant($0) } ?? .name(name))
    case .string(var text):
      advance()
      // Strings that stand together are one.
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return made(.constant(.string(text)))
    case .int(let value):
      advance()
      return made(.constant(.int(value)))
    case .float(let value):
      advance()
      return made(.constant(.float(value)))
    case .symbol("("): return try parenthesized()
    case .symbol("["):
      advance()
      return made(.list(try items(until: "]")))
    case .symbol("{"): return made(try dictionary())
    default: throw unexpected("a value")
    }
  }

  private static let constants: [String: JinjaValue] = [
    "true": .bool(true), "True": .bool(true), "false": .bool(false), "False": .bool(false),
    "none": .none, "None": .none,
  ]

  private mutating func parenthesized() throws(JinjaError) -> JinjaExpression {
    let start = line
    advance()
    if take(symbol: ")") { return JinjaExpression(kind: .tuple([]), line: start) }
    let first = try expression()
    if take(symbol: ")") { return first }
    try expect(symbol: ",")
    return JinjaExpression(kind: .tuple([first] + (try items(until: ")"))), line: start)
  }

  /// What stands with commas between, one of which may end it, and the bracket after it.
  private mutating func list(
    until end: String, _ item: (inout JinjaParser) throws(JinjaError) -> Void
  ) throws(JinjaError) {
    while !take(symbol: end) {
      try item(&self)
      if !isSymbol(end) { try expect(symbol: ",") }
    }
  }

  private mutating func items(until end: String) throws(JinjaError) -> [JinjaExpression] {
    var items: [JinjaExpression] = []
    try list(until: end) { parser throws(JinjaError) in items.append(try parser.expression()) }
    return items
  }

  private mutating func dictionary() throws(JinjaError) -> JinjaExpression.Kind {
    advance()
    var members: [(key: JinjaExpression, value: JinjaExpression)] = []
    try list(until: "}") { parser throws(JinjaError) in
      let key = try parser.expression()
      try parser.expect(symbol: ":")
      members.append((key, try parser.expression()))
    }
    return .dictionary(members)
  }
}

// MARK: - What stands after a value

extension JinjaParser {
  private mutating func postfix(_ value: JinjaExpression) throws(JinjaError) -> JinjaExpression {
    var value = value
    var length = 0
    while true {
      let start = line
      length += 1
      try checkChain(length)
      if take(symbol: ".") {
        value = JinjaExpression(kind: try member(of: value), line: start)
      } else if take(symbol: "[") {
        value = JinjaExpression(kind: try subscripted(value), line: start)
      } else if isSymbol("(") {
        value = JinjaExpression(kind: .access(.call(value, try arguments())), line: start)
      } else {
        return value
      }
    }
  }

  private mutating func member(
    of value: JinjaExpression
  ) throws(JinjaError) -> JinjaExpression.Kind {
    let start = line
    if case .int(let place) = current.kind {
      advance()
      return .access(.item(value, JinjaExpression(kind: .constant(.int(place)), line: start)))
    }
    return .access(.attribute(value, try name()))
  }

  private mutating func subscripted(
    _ value: JinjaExpression
  ) throws(JinjaError) -> JinjaExpression.Kind {
    let start = isSymbol(":") ? nil : try expression()
    if let start, take(symbol: "]") { return .access(.item(value, start)) }
    try expect(symbol: ":")
    let end = isSymbol("]") || isSymbol(":") ? nil : try expression()
    let step = take(symbol: ":") && !isSymbol("]") ? try expression() : nil
    try expect(symbol: "]")
    return .access(.slice(value, start, end, step))
  }

  private mutating func arguments() throws(JinjaError) -> JinjaArguments {
    try expect(symbol: "(")
    var arguments = JinjaArguments()
    try list(until: ")") { parser throws(JinjaError) in try parser.argument(into: &arguments) }
    return arguments
  }

  private mutating func argument(into arguments: inout JinjaArguments) throws(JinjaError) {
    if isSymbol("*") || isSymbol("**") {
      throw .unsupported(line: line, "an argument with \(current.shown)")
    }
    if case .name(let label) = current.kind, next.kind == .symbol("=") {
      advance()
      advance()
      arguments.named.append((label, try expression()))
    } else {
      guard arguments.named.isEmpty else { throw unexpected("a named argument") }
      arguments.positional.append(try expression())
    }
  }

  /// A value with its filters, tests and calls.
  ///
  /// - Parameter isOpen: whether a filter stands here without a bar before it.
  mutating func filtered(
    _ value: JinjaExpression, isOpen: Bool = false
  ) throws(JinjaError) -> JinjaExpression {
    var value = value
    var length = 0
    while true {
      let start = line
      length += 1
      try checkChain(length)
      if isOpen && length == 1 || take(symbol: "|") {
        let name = try name()
        let arguments = isSymbol("(") ? try arguments() : JinjaArguments()
        value = JinjaExpression(kind: .access(.filter(value, name, arguments)), line: start)
      } else if take(name: "is") {
        value = try tested(value, line: start)
      } else if isSymbol("(") {
        value = JinjaExpression(kind: .access(.call(value, try arguments())), line: start)
      } else {
        return value
      }
    }
  }

  private mutating func tested(
    _ value: JinjaExpression, line start: Int
  ) throws(JinjaError) -> JinjaExpression {
    let isNegated = take(name: "not")
    let name = try name()
    var arguments = JinjaArguments()
    if isSymbol("(") {
      arguments = try self.arguments()
    } else if beginsTestArgument {
      arguments.positional = [try postfix(try primary())]
    }
    let test = JinjaExpression(kind: .access(.test(value, name, arguments)), line: start)
    return isNegated ? JinjaExpression(kind: .negated(test), line: start) : test
  }

  /// Whether what stands here is the argument of a test written without parentheses.
  private var beginsTestArgument: Bool {
    switch current.kind {
    case .name(let name): !["else", "or", "and"].contains(name)
    case .string, .int, .float, .symbol("["), .symbol("{"): true
    default: false
    }
  }
}
