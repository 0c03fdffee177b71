/// Parses a template's tokens into statements.
struct JinjaParser {
  private let tokens: [JinjaToken]
  private var position = 0
  private var depth = 0
  private let limits: JinjaLimits
  /// Loops around the statement that is read, so that `break` has one to leave.
  private var loops = 0

  init(tokens: [JinjaToken], limits: JinjaLimits) {
    self.tokens = tokens
    self.limits = limits
  }

  static func statements(
    of source: String, limits: JinjaLimits
  ) throws(JinjaError) -> [JinjaStatement] {
    guard source.utf8.count <= limits.sourceBytes else {
      throw .limit(
        "it has \(source.utf8.count) bytes, and a template may have \(limits.sourceBytes)")
    }
    var parser = JinjaParser(tokens: try JinjaLexer.tokens(of: source), limits: limits)
    let statements = try parser.block(until: [])
    guard parser.current.kind == .end else { throw parser.unexpected("text or a tag") }
    return statements
  }

  // MARK: Tokens

  var current: JinjaToken { tokens[position] }
  var next: JinjaToken { tokens[min(position + 1, tokens.count - 1)] }
  var line: Int { current.line }

  mutating func advance() {
    if position + 1 < tokens.count { position += 1 }
  }

  func isName(_ name: String) -> Bool { current.kind == .name(name) }
  func isSymbol(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

  mutating func take(name: String) -> Bool {
    guard isName(name) else { return false }
    advance()
    return true
  }

  mutating func take(symbol: String) -> Bool {
    guard isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func expect(_ kind: JinjaToken.Kind, _ what: String) throws(JinjaError) {
    guard current.kind == kind else { throw unexpected(what) }
    advance()
  }

  mutating func expect(symbol: String) throws(JinjaError) {
    try expect(.symbol(symbol), symbol)
  }

  mutating func name() throws(JinjaError) -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  func unexpected(_ what: String) -> JinjaError {
    .syntax(line: line, "\(what) should stand where \(current.shown) stands")
  }

  /// Parses something within something else, no deeper than the limit.
  mutating func nested<Result>(
    _ parse: (inout JinjaParser) throws(JinjaError) -> Result
  ) throws(JinjaError) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth else { throw tooDeep }
    return try parse(&self)
  }

  /// - Parameter length: of a chain, whose tree is as deep as it is long.
  func checkChain(_ length: Int) throws(JinjaError) {
    if depth + length > limits.depth { throw tooDeep }
  }

  private var tooDeep: JinjaError {
    .limit("line \(line): it is nested more than \(limits.depth) deep")
  }
}

// MARK: - Statements

extension JinjaParser {
  /// Statements up to a block tag with one of these names, which is left at its name.
  private mutating func block(until ends: Set<String>) throws(JinjaError) -> [JinjaStatement] {
    try nested { parser throws(JinjaError) in
      var statements: [JinjaStatement] = []
      while true {
        let line = parser.line
        switch parser.current.kind {
        case .text(let text):
          parser.advance()
          statements.append(JinjaStatement(kind: .text(text), line: line))
        case .beginOutput:
          parser.advance()
          let value = try parser.tupleOrExpression()
          try parser.expect(.endOutput, "}}")
          statements.append(JinjaStatement(kind: .output(value), line: line))
        case .beginBlock:
          if case .name(let name) = parser.next.kind, ends.contains(name) {
            parser.advance()
            return statements
          }
          parser.advance()
          statements.append(JinjaStatement(kind: try parser.statement(), line: line))
        default: return statements
        }
      }
    }
  }

  private mutating func statement() throws(JinjaError) -> JinjaStatement.Kind {
    let line = line
    let name = try name()
    switch name {
    case "if": return try conditional()
    case "for": return try loop()
    case "set": return try set()
    case "macro": return try macro()
    case "generation":
      try endTag()
      return .generation(try body("endgeneration"))
    case "with": return try with()
    case "filter": return try filter()
    case "call": return try callBlock()
    case "break", "continue":
      guard loops > 0 else { throw .syntax(line: line, "\(name) stands outside of a loop") }
      try endTag()
      return name == "break" ? .breakLoop : .continueLoop
    case "block", "extends", "include", "import", "from", "autoescape", "do", "trans", "debug":
      throw .unsupported(line: line, "the block \(name)")
    default: throw .syntax(line: line, "there is no block \(name) to begin or end here")
    }
  }

  private mutating func endTag() throws(JinjaError) { try expect(.endBlock, "%}") }

  /// Statements up to `end`, and the rest of that tag.
  private mutating func body(_ end: String) throws(JinjaError) -> [JinjaStatement] {
    let statements = try block(until: [end])
    guard take(name: end) else { throw unexpected("{% \(end) %}") }
    try endTag()
    return statements
  }

  private mutating func conditional() throws(JinjaError) -> JinjaStatement.Kind {
    var branches: [(condition: JinjaExpression?, body: [JinjaStatement])] = []
    var condition: JinjaExpression? = try tupleOrExpression(withCondition: false)
    while true {
      try endTag()
      let isLast = condition == nil
      let body = try block(until: isLast ? ["endif"] : ["elif", "else", "endif"])
      branches.append((condition, body))
      if take(name: "endif") { break }
      if take(name: "elif") {
        condition = try tupleOrExpression(withCondition: false)
      } else if take(name: "else") {
        condition = nil
      } else {
        throw unexpected("{% endif %}")
      }
    }
    try endTag()
    return .conditional(branches)
  }

  private mutating func loop() throws(JinjaError) -> JinjaStatement.Kind {
    let names = try targetNames()
    guard take(name: "in") else { throw unexpected("in") }
    let items = try tupleOrExpression(withCondition: false)
    let condition = take(name: "if") ? try expression() : nil
    if isName("recursive") { throw .unsupported(line: line, "a recursive loop") }
    try endTag()
    loops += 1
    let body = try block(until: ["else", "endfor"])
    loops -= 1
    var otherwise: [JinjaStatement] = []
    if take(name: "else") {
      try endTag()
      otherwise = try block(until: ["endfor"])
    }
    guard take(name: "endfor") else { throw unexpected("{% endfor %}") }
    try endTag()
    return .loop(
      JinjaLoop(
        names: names, items: items, condition: condition, body: body, otherwise: otherwise))
  }

  /// `a` or `a, b`, also in parentheses.
  private mutating func targetNames() throws(JinjaError) -> [String] {
    let isBracketed = take(symbol: "(")
    var names = [try name()]
    while take(symbol: ",") { names.append(try name()) }
    if isBracketed { try expect(symbol: ")") }
    return names
  }

  private mutating func set() throws(JinjaError) -> JinjaStatement.Kind {
    var names = [try name()]
    if take(symbol: ".") {
      let attribute = try name()
      guard take(symbol: "=") else {
        throw .unsupported(line: line, "a block that sets an attribute")
      }
      let value = try tupleOrExpression()
      try endTag()
      return .set(.attribute(names[0], attribute), value)
    }
    while take(symbol: ",") { names.append(try name()) }
    if take(symbol: "=") {
      let value = try tupleOrExpression()
      try endTag()
      return .set(.names(names), value)
    }
    guard names.count == 1 else { throw unexpected("=") }
    if isSymbol("|") {
      let value = try filtered(Self.blockText(line: line))
      try endTag()
      return .filterBlock(names[0], value, try body("endset"))
    }
    try endTag()
    return .setBlock(names[0], try body("endset"))
  }

  /// What a block writes, as the value that filters behind it begin with.
  private static func blockText(line: Int) -> JinjaExpression {
    JinjaExpression(kind: .name(JinjaScope.blockText), line: line)
  }

  private mutating func filter() throws(JinjaError) -> JinjaStatement.Kind {
    let value = try filtered(Self.blockText(line: line), isOpen: true)
    try endTag()
    return .filterBlock(nil, value, try body("endfilter"))
  }

  private mutating func with() throws(JinjaError) -> JinjaStatement.Kind {
    var variables: [(name: String, value: JinjaExpression)] = []
    while current.kind != .endBlock {
      if !variables.isEmpty { try expect(symbol: ",") }
      let name = try name()
      try expect(symbol: "=")
      variables.append((name, try expression()))
    }
    try endTag()
    return .scope(variables, try body("endwith"))
  }

  private mutating func callBlock() throws(JinjaError) -> JinjaStatement.Kind {
    if isSymbol("(") { throw .unsupported(line: line, "a call block with values of its own") }
    let call = try expression()
    guard case .access(.call) = call.kind else { throw unexpected("a call") }
    try endTag()
    return .callBlock(call, try body("endcall"))
  }

  private mutating func macro() throws(JinjaError) -> JinjaStatement.Kind {
    let title = try name()
    try expect(symbol: "(")
    var parameters: [(name: String, default: JinjaExpression?)] = []
    while !isSymbol(")") {
      if !parameters.isEmpty { try expect(symbol: ",") }
      let parameter = try name()
      parameters.append((parameter, take(symbol: "=") ? try expression() : nil))
    }
    try expect(symbol: ")")
    try endTag()
    // A macro's body is outside of the loops around its definition.
    let outer = loops
    loops = 0
    defer { loops = outer }
    return .macro(title, parameters, try body("endmacro"))
  }
}
