import Diagnostics

/// Reads tokens into statements. After an error it goes on with the next statement, so that one
/// check reports every mistake. `Grammar` is what it reads.
package struct Parser {
  /// Expressions and blocks nested deeper than this are refused.
  static let maximumDepth = 64
  /// More of them than anyone writes: each is compared with those before.
  static let (mostStatements, mostFields, mostArguments) = (10_000, 1_000, 100)

  let source: SourceText
  let verbs: VerbCatalog
  /// All tokens but spaces and comments.
  let tokens: [Token]
  var index = 0
  /// Whether line ends mean nothing here: inside brackets.
  var ignoresNewlines = false
  var depth = 0
  /// Whether a command was read, after which parameters and includes come too late.
  var hasStarted = false
  private(set) var diagnostics: [Diagnostic] = []
  private var firstErrorIsAtEnd: Bool?
  private var hasGivenUp = false

  /// Thrown after a mistake was reported: give the statement up.
  struct Stop: Error {}

  /// The tree of a text whose commands are those of some verbs.
  package static func parse(_ source: SourceText, verbs: VerbCatalog) -> SyntaxTree {
    let lexed = Lexer.tokens(of: source, verbs: verbs)
    var parser = Parser(
      source: source, verbs: verbs, tokens: lexed.tokens.filter { !$0.kind.isTrivia })
    let statements = parser.parseFile()
    let endsTooEarly =
      lexed.endsInsideText
      ? lexed.diagnostics.count == 1 && parser.diagnostics.isEmpty
      : lexed.diagnostics.isEmpty && parser.firstErrorIsAtEnd == true
    return SyntaxTree(
      source: source, tokens: lexed.tokens, statements: statements,
      diagnostics: (lexed.diagnostics + parser.diagnostics).sortedByPosition(),
      endsTooEarly: endsTooEarly)
  }

  private init(source: SourceText, verbs: VerbCatalog, tokens: [Token]) {
    self.source = source
    self.verbs = verbs
    self.tokens = tokens
  }

  // MARK: Looking

  /// The token at hand; inside brackets the next one that is no line end.
  var current: Token { tokens[currentIndex] }

  private var currentIndex: Int {
    var position = index
    if ignoresNewlines {
      while tokens[position].kind == .newline || tokens[position].kind == .prose { position += 1 }
    }
    return position
  }

  /// The token `distance` places after the one at hand.
  func lookAhead(_ distance: Int) -> Token {
    var position = index
    var left = distance
    while position < tokens.count - 1 {
      let isLayout = tokens[position].kind == .newline || tokens[position].kind == .prose
      if !(ignoresNewlines && isLayout) {
        if left == 0 { break }
        left -= 1
      }
      position += 1
    }
    return tokens[position]
  }

  func text(_ token: Token) -> String { source.text(in: token.range) }

  /// The text of the name at hand, or an empty text.
  var currentName: String { current.kind == .name ? text(current) : "" }

  func at(_ kind: TokenKind) -> Bool { current.kind == kind }

  func atKeyword(_ keyword: String) -> Bool { currentName == keyword }

  /// Whether the token at hand touches the one before.
  var touchesPrevious: Bool {
    let position = currentIndex
    return position > 0
      && tokens[position - 1].range.upperBound == tokens[position].range.lowerBound
      && tokens[position - 1].kind != .newline
  }

  /// Whether the token at hand is the first of its line.
  var isFirstOnLine: Bool {
    let position = currentIndex
    return position == 0 || tokens[position - 1].kind == .newline
  }

  /// The end of the token before the one at hand.
  var previousEnd: Int {
    var position = index - 1
    while position >= 0, tokens[position].kind == .newline { position -= 1 }
    return position < 0 ? 0 : tokens[position].range.upperBound
  }

  /// The range from a start to the end of what was read last.
  func range(from start: Int) -> SourceRange { SourceRange(start, previousEnd) }

  // MARK: Moving

  @discardableResult
  mutating func advance() -> Token {
    index = currentIndex
    let token = tokens[index]
    if token.kind != .endOfFile { index += 1 }
    return token
  }

  mutating func accept(_ kind: TokenKind) -> Bool {
    guard at(kind) else { return false }
    advance()
    return true
  }

  mutating func acceptKeyword(_ keyword: String) -> Bool {
    guard atKeyword(keyword) else { return false }
    advance()
    return true
  }

  mutating func skipNewlines() {
    while tokens[index].kind == .newline { index += 1 }
  }

  /// Runs a reader with line ends meaning nothing, or meaning something again.
  mutating func withNewlines<T>(
    ignored: Bool, _ read: (inout Parser) throws(Stop) -> T
  ) throws(Stop) -> T {
    let outer = ignoresNewlines
    ignoresNewlines = ignored
    defer { ignoresNewlines = outer }
    return try read(&self)
  }

  /// Runs a reader one level deeper, refusing to nest without end.
  mutating func nested<T>(_ read: (inout Parser) throws(Stop) -> T) throws(Stop) -> T {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw tooDeep(current.range) }
    return try read(&self)
  }

  // MARK: Reporting

  mutating func report(_ diagnostic: Diagnostic) {
    if firstErrorIsAtEnd == nil { firstErrorIsAtEnd = at(.endOfFile) }
    diagnostics.append(diagnostic)
  }

  /// Reports a mistake at a range and gives the error that leaves the statement. Next to a token
  /// that the lexer has already reported nothing is added.
  mutating func stop(
    _ code: String, _ message: String, at range: SourceRange? = nil, label: String = "",
    secondary: [Label] = [], help: String? = nil
  ) -> Stop {
    if at(.unknown) || hasGivenUp { return Stop() }
    let found = at(.endOfFile) ? SourceRange(at: previousEnd) : current.range
    let place = Label(source, range ?? found, label)
    report(Diagnostic(code, message, at: place, secondary: secondary, help: help))
    return Stop()
  }

  /// Refuses to read on: what is nested without end has no next statement worth finding.
  mutating func tooDeep(_ range: SourceRange) -> Stop {
    let reason = stop(
      "E0108", "this is too long or nested too deeply", at: range,
      help: "give a part of it a name with `let`")
    hasGivenUp = true
    index = tokens.count - 1
    return reason
  }

  /// Refuses to read on after more than `limit` things.
  mutating func tooMany(_ what: String, _ limit: Int, at range: SourceRange) -> Stop {
    let reason = stop(
      "E0108", "there are more than \(limit) \(what)", at: range,
      help: "keep long data in a file, and name the file")
    hasGivenUp = true
    index = tokens.count - 1
    return reason
  }

  mutating func unexpected(_ expected: String, help: String? = nil) -> Stop {
    let token = current
    let found =
      switch token.kind {
      case .newline, .endOfFile, .string, .text, .prose: token.kind.description
      default: "`\(text(token))`"
      }
    return stop("E0110", "expected \(expected), found \(found)", help: help)
  }

  // MARK: Expecting (what a user may get wrong)

  @discardableResult
  mutating func expect(_ kind: TokenKind, _ description: String) throws(Stop) -> Token {
    guard at(kind) else { throw unexpected(description) }
    return advance()
  }

  mutating func expectName(_ description: String) throws(Stop) -> Name {
    guard at(.name) else { throw unexpected(description) }
    let name = Name(text: currentName, range: current.range)
    if Keyword.all.contains(name.text) || Keyword.reserved.contains(name.text) {
      throw stop(
        "E0120", "`\(name.text)` is a keyword and cannot be a name",
        help: "choose another name, for example `\(name.text)_value`")
    }
    advance()
    return name
  }

  mutating func expectString(_ description: String) throws(Stop) -> StringLiteral {
    guard at(.string) else { throw unexpected(description, help: "put it in quotes: \"…\"") }
    return readString()
  }

  mutating func readString() -> StringLiteral {
    let (literal, problems) = StringLiteralReader.read(advance(), of: source)
    for problem in problems { report(problem) }
    return literal
  }

  /// Closes a bracket, or says where the open one stands.
  mutating func expectClosing(_ kind: TokenKind, of opening: Token) throws(Stop) {
    if accept(kind) { return }
    let sign = text(opening)
    let closing =
      [TokenKind.rightParenthesis: ")", .rightBracket: "]", .rightBrace: "}"][kind] ?? ""
    if at(.endOfFile) || isFirstOnLine || current.kind.closesBracket {
      throw stop(
        "E0113", "`\(sign)` is never closed", at: opening.range, label: "opened here",
        secondary: [Label(source, current.range, "`\(closing)` expected before this")])
    }
    throw unexpected("`,` or `\(closing)`")
  }
}
