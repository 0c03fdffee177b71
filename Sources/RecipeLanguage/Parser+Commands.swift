import Diagnostics

extension Parser {
  /// A command when the name at hand is a verb, or is followed by what only a verb takes.
  mutating func parseCommandIfPresent() throws(Stop) -> Command? {
    guard at(.name) else {
      try rejectLeadingSign()
      return nil
    }
    let name = currentName
    let next = lookAhead(1)
    if Keyword.reserved.contains(name) { throw reservedWord(name) }
    if verbs.names.contains(name) { return try parseCommand() }
    guard !Keyword.all.contains(name) else { return nil }
    if next.kind == .assign {
      throw stop(
        "E0115", "`\(name)` is given a value without `let`",
        help:
          "write `let \(name) = \(valueText(of: lookAhead(2)))`, or behind a command `\(name): …`")
    }
    if next.kind == .colon {
      throw stop(
        "E0110", "an argument stands behind a command, not alone on a line",
        help: commandWith(argument: name).map { "for example: \($0)" })
    }
    return startsArgument(next, after: current) ? try parseCommand() : nil
  }

  mutating func parseCommand() throws(Stop) -> Command {
    let start = current.range.lowerBound
    let verb = Name(text: currentName, range: current.range)
    advance()
    try rejectForeignCall(of: verb)
    var arguments: [ArgumentSyntax] = []
    if !atEndOfCommand {
      repeat {
        skipNewlines()
        let argument = try parseArgument(of: verb)
        if argument.name == nil, let named = arguments.last(where: { $0.name != nil }) {
          let place = Label(source, argument.range, "has no name")
          report(
            Diagnostic(
              "E0118", "a value without a name stands behind a named argument", at: place,
              secondary: [Label(source, named.range, "this argument is named")],
              help: "put values without a name first, directly after `\(verb.text)`"))
        }
        arguments.append(argument)
        if arguments.count > Self.mostArguments {
          throw tooMany("arguments", Self.mostArguments, at: argument.range)
        }
      } while accept(.comma)
      guard atEndOfCommand else { throw stuckAfter(arguments, of: verb) }
    }
    return Command(verb: verb, arguments: arguments, range: range(from: start))
  }

  /// `name: value` or a value, of a command or a function.
  mutating func parseArgument(of callee: Name) throws(Stop) -> ArgumentSyntax {
    guard at(.name) else {
      try rejectLeadingSign(after: callee)
      return ArgumentSyntax(name: nil, value: try parseExpression())
    }
    let name = Name(text: currentName, range: current.range)
    let next = lookAhead(1)
    if next.kind == .colon {
      if isScheme(name, of: callee) {
        throw unquoted(SourceRange(name.range.lowerBound, endOfPath))
      }
      advance()
      advance()
      skipNewlines()
      return ArgumentSyntax(name: name, value: try parseExpression())
    }
    if next.kind == .assign {
      throw stop(
        "E0112", "I was reading the arguments of `\(callee.text)` and got stuck", at: next.range,
        label: "a named argument takes a colon",
        help: "write `\(callee.text) \(name.text): \(valueText(of: lookAhead(2)))`")
    }
    return ArgumentSyntax(name: nil, value: try parseExpression())
  }

  /// Whether a name with a colon begins a text, as in `hf:org/name`, of a command that has no such argument.
  private func isScheme(_ name: Name, of callee: Name) -> Bool {
    let (colon, behind) = (lookAhead(1), lookAhead(2))
    guard let verb = verbs.verb(named: callee.text), verb.argument(name.text) == nil,
      verb.positional.first?.type.takesText == true
    else { return false }
    return behind.kind == .name && name.range.upperBound == colon.range.lowerBound
      && colon.range.upperBound == behind.range.lowerBound
  }

  private var atEndOfCommand: Bool {
    switch current.kind {
    case .newline, .semicolon, .endOfFile, .prose, .rightBrace, .rightParenthesis: true
    default: false
    }
  }

  /// Whether a token behind a name can only be the first argument of a command.
  private func startsArgument(_ token: Token, after name: Token) -> Bool {
    switch token.kind {
    case .string, .text, .integer, .float, .percent, .duration, .size: true
    case .name: !Keyword.infix.contains(text(token))
    case .leftBracket: token.range.lowerBound > name.range.upperBound
    default: false
    }
  }

  // MARK: Habits from elsewhere

  private mutating func stuckAfter(_ arguments: [ArgumentSyntax], of verb: Name) -> Stop {
    let argument = arguments.last
    guard verbs.verb(named: verb.text) != nil else {
      let error = ArgumentBinder.unknownVerb(verb, in: verbs)
      return stop(
        error.code, error.message, at: verb.range, label: error.label, help: error.help)
    }
    let reading = "I was reading the arguments of `\(verb.text)` and got stuck"
    let isNamed = at(.name) && lookAhead(1).kind == .colon
    if isNamed || takesAnother(behind: arguments, of: verb) {
      let end = argument?.range.upperBound ?? verb.range.upperBound
      let written = source.text(in: SourceRange(verb.range.lowerBound, end))
      let next =
        isNamed ? "\(currentName): \(valueText(of: lookAhead(2)))" : valueText(of: current)
      return stop(
        "E0110", reading, label: "expected `,` before the next argument",
        help: "put a comma between them: `\(written), \(next)`")
    }
    if let flag = flag(behind: argument, of: verb) { return flag }
    if let argument, argument.name == nil, case .name(let name) = argument.value.kind,
      startsArgument(current, after: current) || at(.leftBracket)
    {
      let fixed = "\(verb.text) \(name): \(valueText(of: current))"
      let declaration = verbs.verb(named: verb.text)
      let isArgument = declaration?.argument(name) != nil
      let examples = declaration?.examples.filter { $0 != fixed } ?? []
      let lines = isArgument ? [fixed] + examples.prefix(1) : examples
      return stop(
        "E0112", reading,
        label: isArgument
          ? "an argument needs a colon between name and value" : "no argument has this name",
        help: "write it like one of these\n" + lines.joined(separator: "\n"))
    }
    if let number = numberBeforeUnit(of: argument) {
      return stop(
        "E0110", reading, label: "a unit touches its number", help: "write `\(number)`")
    }
    if startsArgument(current, after: current) {
      return stop(
        "E0110", reading, label: "expected `,` or the end of the line",
        help: "put a comma between two arguments")
    }
    return unexpected("`,` or the end of the line")
  }

  /// `2 s` as it is written here: `2s`.
  private func numberBeforeUnit(of argument: ArgumentSyntax?) -> String? {
    guard let argument, at(.name) else { return nil }
    switch argument.value.kind {
    case .integer, .float: break
    default: return nil
    }
    let unit = Unit.habits[currentName] ?? currentName
    guard Unit.all.contains(unit) else { return nil }
    return source.text(in: argument.value.range) + unit
  }

  /// Whether a word that the verb knows stands before a value that it takes without a name, as in
  /// `inspect next "The capital of"`.
  private func takesAnother(behind arguments: [ArgumentSyntax], of verb: Name) -> Bool {
    guard at(.string) || at(.text), let positional = verbs.verb(named: verb.text)?.positional,
      arguments.count < positional.count, let last = arguments.last, last.name == nil,
      case .name(let word) = last.value.kind
    else { return false }
    return positional[arguments.count - 1].type.words.contains(word)
  }

  /// `rank: r --alpha 16`, which reads as a difference of `r` and `-alpha` up to the number.
  private mutating func flag(behind argument: ArgumentSyntax?, of verb: Name) -> Stop? {
    guard let argument, case .binary(.minus, let left, let right, _) = argument.value.kind,
      case .unary(.minus, let name) = right.kind, case .name(let flag) = name.kind,
      right.range.lowerBound + 1 == name.range.lowerBound,
      source.text(in: SourceRange(left.range.upperBound, name.range.lowerBound)).hasSuffix("--")
    else { return nil }
    let value = valueText(of: current)
    let written = source.text(in: SourceRange(verb.range.lowerBound, left.range.upperBound))
    return stop(
      "E0116", "arguments are not written as flags",
      at: SourceRange(right.range.lowerBound - 1, name.range.upperBound),
      help: "write `\(written), \(flag): \(value)`")
  }

  /// `lora(rank=8)`, `eval.loss`, `train = 3`: right elsewhere, not here.
  private mutating func rejectForeignCall(of verb: Name) throws(Stop) {
    switch current.kind {
    case .leftParenthesis where touchesPrevious:
      let (first, second) = (lookAhead(1).kind, lookAhead(2).kind)
      guard first == .rightParenthesis || first == .name && (second == .assign || second == .colon)
      else { return }
      throw stop(
        "E0111", "a command takes its arguments without parentheses", at: current.range,
        help: "write `\(rewrittenCall(of: verb))`")
    case .dot where !touchesPrevious:
      throw unquoted(SourceRange(current.range.lowerBound, endOfPath))
    case .dot, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .plus, .star:
      throw commandInsideExpression(verb)
    case .slash where !touchesPrevious && lookAhead(1).range.lowerBound > current.range.upperBound:
      throw commandInsideExpression(verb)
    case .assign:
      throw stop(
        "E0115", "`\(verb.text)` is a command and cannot be given a value", at: verb.range,
        help: "choose another name: `let my_\(verb.text) = …`")
    default: return
    }
  }

  mutating func commandInsideExpression(_ verb: Name) -> Stop {
    if let path = pathAroundCurrent() { return unquoted(path) }
    return stop(
      "E0114", "`\(verb.text)` is a command, not a value", at: verb.range,
      help: "to use a command inside an expression write `(\(verb.text))`, "
        + "for example `(eval).perplexity`")
  }

  /// The arguments in parentheses on this line, written our way and with our names.
  private func rewrittenCall(of verb: Name) -> String {
    var result = verb.text
    var position = index + 1
    var open = 0
    while position < tokens.count, result.utf8.count < 200 {
      let token = tokens[position]
      if token.kind == .newline || token.kind == .endOfFile { break }
      if token.kind == .rightParenthesis, open == 0 { break }
      if token.kind.opensBracket { open += 1 }
      if token.kind.closesBracket { open -= 1 }
      let isSign = token.kind == .assign || token.kind == .colon
      let needsSpace = result == verb.text || result.hasSuffix(",") || result.hasSuffix(":")
      let isArgument =
        open == 0 && position + 1 < tokens.count
        && [.assign, .colon].contains(tokens[position + 1].kind)
      let word = isArgument ? nameOfArgument(text(token), of: verb) : text(token)
      result += (needsSpace ? " " : "") + (isSign ? ":" : word)
      position += 1
    }
    return result
  }

  /// The name that an argument has here, which other tools may call otherwise.
  private func nameOfArgument(_ written: String, of verb: Name) -> String {
    guard let declaration = verbs.verb(named: verb.text), declaration.argument(written) == nil,
      let meant = declaration.arguments.first(where: { $0.foreignNames.contains(written) })
    else { return written }
    return meant.name
  }

  /// `--rank 8`, `/data/x.jsonl`, `../x`, `~/x` where a value should stand.
  private mutating func rejectLeadingSign(after callee: Name? = nil) throws(Stop) {
    let next = lookAhead(1)
    let touches = next.range.lowerBound == current.range.upperBound
    if at(.minus), next.kind == .minus, touches {
      throw stop(
        "E0116", "arguments are not written as flags",
        at: SourceRange(current.range.lowerBound, lookAhead(2).range.upperBound),
        help: "write `\(callee?.text ?? "lora") \(rewrittenFlags(of: callee))`")
    }
    guard callee != nil else { return }
    if at(.slash) || at(.dot) || at(.closedRange) {
      throw unquoted(SourceRange(current.range.lowerBound, endOfPath))
    }
  }

  /// `--epochs 3 --lr=1e-3` from the token at hand on, written our way and with our names.
  private func rewrittenFlags(of verb: Name?) -> String {
    var arguments: [String] = []
    var ahead = 0
    while lookAhead(ahead).kind == .minus, lookAhead(ahead + 1).kind == .minus,
      lookAhead(ahead + 2).kind == .name
    {
      let name = text(lookAhead(ahead + 2))
      ahead += lookAhead(ahead + 3).kind == .assign ? 4 : 3
      let known = verb.map { nameOfArgument(name, of: $0) } ?? name
      arguments.append("\(known): \(valueText(of: lookAhead(ahead)))")
      ahead += 1
    }
    return arguments.isEmpty ? "name: …" : arguments.joined(separator: ", ")
  }

  private mutating func unquoted(_ path: SourceRange) -> Stop {
    stop(
      "E0205", "a path is text and stands in quotes", at: path,
      help: "write \"\(source.text(in: path))\"")
  }

  /// Where the tokens end that touch the one at hand.
  private var endOfPath: Int {
    var end = index
    while end < tokens.count - 1, isPartOfPath(tokens[end]),
      end == index || tokens[end].range.lowerBound == tokens[end - 1].range.upperBound
    { end += 1 }
    return tokens[max(index, end - 1)].range.upperBound
  }

  private func isPartOfPath(_ token: Token) -> Bool {
    token.kind != .newline && token.kind != .comma
  }

  /// The path without quotes in which the token at hand stands: `data/train.jsonl`.
  private func pathAroundCurrent() -> SourceRange? {
    var start = index
    while start > 0, isPartOfPath(tokens[start - 1]),
      tokens[start - 1].range.upperBound == tokens[start].range.lowerBound
    { start -= 1 }
    guard tokens[start..<index].contains(where: { $0.kind == .slash }) else { return nil }
    return SourceRange(tokens[start].range.lowerBound, endOfPath)
  }

  /// A token as the value in an example, or dots where it is none.
  private func valueText(of token: Token) -> String {
    switch token.kind {
    case .string, .integer, .float, .percent, .duration, .size, .name: text(token)
    case .leftBracket: "[…]"
    default: "…"
    }
  }

  private mutating func reservedWord(_ name: String) -> Stop {
    let help: String =
      switch name {
      case "while": "recipes always end: use `for x in [ … ] { … }` over a list"
      case "import": "write `include \"common.recipe\"`"
      case "def": "there are no functions: repeat commands with `for`, share files with `include`"
      case "if", "else": "there are no branches: check a condition with `assert`"
      case "return": "the last value of a block is its value"
      default: "a failing command stops the recipe by itself"
      }
    return stop("E0109", "`\(name)` is not part of the language", help: help)
  }

  private func commandWith(argument: String) -> String? {
    verbs.all.first { verb in verb.arguments.contains { $0.name == argument } }
      .map { "\($0.name) \(argument): …" }
  }
}
