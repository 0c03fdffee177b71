import Diagnostics

extension Parser {
  mutating func parseFile() -> [Statement] {
    var statements = parseStatements()
    while !at(.endOfFile) {
      _ = stop("E0113", "this `}` closes nothing", help: "take it out, or open a block with `{`")
      advance()
      statements += parseStatements()
    }
    return statements
  }

  /// Statements up to a closing brace or the end of the text, which is left unread.
  mutating func parseStatements() -> [Statement] {
    var statements: [Statement] = []
    var isFirst = true
    while true {
      while at(.newline) || at(.semicolon) { advance() }
      if at(.endOfFile) || at(.rightBrace) { return statements }
      if statements.count == Self.mostStatements {
        _ = tooMany("statements", Self.mostStatements, at: current.range)
        return statements
      }
      let first = index
      do throws(Stop) {
        let statement = try parseStatement()
        reportMisplaced(statement, isFirst: isFirst)
        hasStarted = hasStarted || statement.isAction
        statements.append(try parseEnd(of: statement))
        isFirst = isFirst && statement.isProse
      } catch {
        recover(from: first)
      }
    }
  }

  mutating func parseStatement() throws(Stop) -> Statement {
    let start = current.range.lowerBound
    let kind: Statement.Kind
    switch (current.kind, currentName) {
    case (.prose, _): return parseProse()
    case (_, "recipe"): kind = try parseHeader()
    case (_, "include"): kind = try parseInclude()
    case (_, "param"): kind = .parameter(try parseParameter())
    case (_, "let"): kind = try parseBinding()
    case (_, "assert"): kind = try parseAssertion()
    case (_, "expect"): kind = .expectation(try parseExpectation())
    default: kind = .operation(try parseOperation())
    }
    return Statement(kind: kind, range: range(from: start))
  }

  private mutating func parseProse() -> Statement {
    let token = advance()
    let line = text(token).dropFirst(2)
    let content = line.hasPrefix(" ") ? line.dropFirst() : line
    return Statement(kind: .prose(String(content)), range: token.range)
  }

  /// The line end, `;`, or the closing brace of a one-line block.
  private mutating func parseEnd(of statement: Statement) throws(Stop) -> Statement {
    var statement = statement
    if accept(.semicolon) {
      statement.isSilenced = true
      return statement
    }
    if statement.isProse || at(.newline) || at(.endOfFile) || at(.rightBrace) || at(.prose) {
      return statement
    }
    if case .expectation = statement.kind, current.kind.continuesLine {
      throw unexpected("the end of the line", help: "other comparisons are written with `assert`")
    }
    throw unexpected("the end of the line")
  }

  private mutating func reportMisplaced(_ statement: Statement, isFirst: Bool) {
    let place: String
    switch statement.kind {
    case .header where !isFirst || hasStarted: place = "`recipe` stands in the first line of a file"
    case .include where hasStarted: place = "`include` stands before the first command"
    case .parameter where hasStarted: place = "`param` stands before the first command"
    default: return
    }
    report(
      Diagnostic("E0117", place, at: Label(source, statement.range), help: "move the line up"))
  }

  // MARK: One statement kind each

  private mutating func parseHeader() throws(Stop) -> Statement.Kind {
    advance()
    let title = try expectString("the title of the recipe")
    var arguments: [ArgumentSyntax] = []
    while accept(.comma) {
      skipNewlines()
      let name = try expectName("a setting such as `language: 1`")
      try expect(.colon, "`:`")
      skipNewlines()
      arguments.append(ArgumentSyntax(name: name, value: try parseExpression()))
    }
    return .header(title, arguments)
  }

  private mutating func parseInclude() throws(Stop) -> Statement.Kind {
    advance()
    return .include(try expectString("the file to include"))
  }

  private mutating func parseParameter() throws(Stop) -> Parameter {
    advance()
    let name = try expectName("the name of the parameter")
    try expect(.colon, "`:` and a type, as in `param steps: int = 60`")
    skipNewlines()
    let type = try parseType()
    var defaultValue: Expression?
    if accept(.assign) {
      skipNewlines()
      defaultValue = try parseExpression()
    }
    let condition = acceptKeyword("where") ? try parseExpression() : nil
    return Parameter(name: name, type: type, defaultValue: defaultValue, condition: condition)
  }

  private mutating func parseType() throws(Stop) -> TypeExpression {
    let start = current.range.lowerBound
    if at(.leftBracket) {
      let opening = advance()
      let element = try nested { parser throws(Stop) in try parser.parseType() }
      try expectClosing(.rightBracket, of: opening)
      return .list(element, range(from: start))
    }
    if acceptKeyword("one") {
      guard acceptKeyword("of") else { throw unexpected("`of` and a list") }
      guard at(.leftBracket) else { throw unexpected("a list of the legal values") }
      guard case .list(let values) = try parseExpression().kind else {
        throw unexpected("a list of the legal values")
      }
      return .choice(values, range(from: start))
    }
    return .named(try expectName("a type such as `int` or `[float]`"))
  }

  private mutating func parseBinding() throws(Stop) -> Statement.Kind {
    advance()
    let name = try expectName("a name")
    try expect(.assign, "`=`")
    skipNewlines()
    return .binding(name, try parseOperation())
  }

  private mutating func parseAssertion() throws(Stop) -> Statement.Kind {
    advance()
    let condition = try parseExpression()
    try rejectAssignment()
    guard accept(.comma) else { return .assertion(condition, message: nil) }
    skipNewlines()
    return .assertion(condition, message: try expectString("a message"))
  }

  /// `=` where two sides are compared.
  private mutating func rejectAssignment() throws(Stop) {
    if at(.assign) { throw unexpected("`==`", help: "`==` compares; `=` gives a name to a value") }
  }

  private mutating func parseExpectation() throws(Stop) -> Expectation {
    advance()
    let subject = try parseSum()
    try rejectAssignment()
    if accept(.equal) {
      skipNewlines()
      return Expectation(subject: subject, check: .equals(try parseSum()))
    }
    if accept(.approximatelyEqual) {
      skipNewlines()
      let value = try parseSum()
      guard acceptKeyword("within") else {
        throw unexpected("`within` and a tolerance", help: "for example: within 0.02, within 1%")
      }
      return Expectation(subject: subject, check: .near(value, tolerance: try parseSum()))
    }
    if acceptKeyword("matches") {
      return Expectation(subject: subject, check: .matches(try expectString("a pattern")))
    }
    return Expectation(subject: subject, check: .unrecorded)
  }

  mutating func parseOperation() throws(Stop) -> Operation {
    if atKeyword("for") { return .loop(try parseLoop()) }
    if let command = try parseCommandIfPresent() { return .command(command) }
    return .expression(try parseExpression())
  }

  // MARK: Loops

  private mutating func parseLoop() throws(Stop) -> Loop {
    let start = advance().range.lowerBound
    var generators: [Loop.Generator] = []
    var label: StringLiteral?
    do throws(Stop) {
      repeat {
        skipNewlines()
        generators.append(try parseGenerator())
      } while accept(.comma)
      if acceptKeyword("as") { label = try expectString("a label for each run") }
      guard at(.leftBrace) else { throw unexpected("`{` and the commands to repeat") }
    } catch {
      skipToBlock()
      if at(.leftBrace) { _ = try parseBlock() }
      throw error
    }
    let (body, bodyRange) = try parseBlock()
    return Loop(
      generators: generators, label: label, body: body, bodyRange: bodyRange,
      range: range(from: start))
  }

  private mutating func parseGenerator() throws(Stop) -> Loop.Generator {
    guard at(.name) else {
      throw unexpected(
        "the name of a loop variable",
        help: "values stand in brackets, for example: for r in [2, 4, 8] { … }")
    }
    let name = try expectName("the name of a loop variable")
    guard acceptKeyword("in") else { throw unexpected("`in` and a list") }
    let isRecord = at(.leftBrace)
    let values = try parseExpression()
    if isRecord {
      throw stop(
        "E0110", "expected a list, found a record", at: values.range,
        help: "for example: for \(name.text) in [2, 4, 8] { … }")
    }
    return Loop.Generator(name: name, values: values)
  }

  private mutating func parseBlock() throws(Stop) -> ([Statement], SourceRange) {
    let opening = advance()
    hasStarted = true
    let statements = try nested { parser throws(Stop) in
      try parser.withNewlines(ignored: false) { parser throws(Stop) in
        parser.parseStatements()
      }
    }
    try expectClosing(.rightBrace, of: opening)
    return (statements, range(from: opening.range.lowerBound))
  }

  private mutating func skipToBlock() {
    while !at(.leftBrace), !at(.newline), !at(.endOfFile) { advance() }
  }

  // MARK: Recovery

  /// Goes to where the next statement starts: the next line outside the brackets that the broken
  /// statement opened, or a line that can only be a statement.
  private mutating func recover(from first: Int) {
    ignoresNewlines = false
    var open = 0
    for token in tokens[first..<index] { open = Self.count(token, open: open) }
    while !at(.endOfFile) {
      if open == 0, at(.rightBrace) || at(.semicolon) { return }
      if at(.newline), open == 0 || startsStatement(at: index + 1) { return }
      open = Self.count(current, open: open)
      advance()
    }
  }

  private static func count(_ token: Token, open: Int) -> Int {
    if token.kind.opensBracket { return open + 1 }
    return token.kind.closesBracket ? max(0, open - 1) : open
  }

  private func startsStatement(at position: Int) -> Bool {
    guard position + 1 < tokens.count, tokens[position].kind == .name else { return false }
    let name = text(tokens[position])
    if ["let", "assert", "expect", "param", "include", "for"].contains(name) { return true }
    let next = tokens[position + 1].kind
    return verbs.names.contains(name) && next != .comma && !next.closesBracket && next != .colon
  }
}

extension Statement {
  package var isProse: Bool {
    if case .prose = kind { true } else { false }
  }

  /// Whether parameters and includes may no longer follow.
  fileprivate var isAction: Bool {
    switch kind {
    case .prose, .header, .include, .parameter: false
    default: true
    }
  }
}
