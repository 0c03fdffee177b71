import Diagnostics

extension Checker {
  // MARK: Binding

  /// Binds a name once, if the language leaves it free.
  ///
  /// - Parameters:
  ///   - rebinds: whether a name of an earlier cell may be bound anew.
  ///   - isShown: whether a run shows the value under this name, which is a use of it.
  mutating func bind(
    _ name: Name, _ binding: Scope.Binding, rebinds: Bool = false, isShown: Bool = false
  ) {
    let place = Label(source, name.range)
    let isTaken = reportTaken(name)
    if let earlier = scope[name.text], !(rebinds && earlier.place == nil) {
      let secondary = earlier.place.map { [Label($0.source, $0.range, "bound here first")] } ?? []
      report(
        EvaluationError(
          "E0304", "`\(name.text)` is bound already", at: name.range,
          notes: context.isPrompt ? ["`let` in a cell of its own binds a name anew"] : [],
          help: "choose another name, for example `\(name.text)2`"),
        secondary: secondary)
    }
    scope.bind(
      name.text,
      Scope.Binding(
        type: binding.type, values: binding.values, place: place, chosenBy: binding.chosenBy,
        isLoopVariable: binding.isLoopVariable))
    if !binding.isLoopVariable, !isTaken, !isShown { watched.append((name.text, place)) }
  }

  private mutating func reportTaken(_ name: Name) -> Bool {
    let owner: String
    if context.verbs.names.contains(name.text) {
      owner = "a command"
    } else if PureFunction(rawValue: name.text) != nil {
      owner = "a function"
    } else if context.verbs.reservedWords.contains(name.text) {
      owner = "a word of the language"
    } else if Self.isPromptName(name.text) {
      owner = "the prompt's name for an earlier value"
    } else {
      return false
    }
    report(
      EvaluationError(
        "E0303", "`\(name.text)` is \(owner) and cannot be a name", at: name.range,
        help: "choose another name, for example `my_\(name.text)`"))
    return true
  }

  /// `_`, and `_3` for the value of cell 3.
  static func isPromptName(_ name: String) -> Bool {
    name.first == "_" && name.dropFirst().allSatisfy(\.isNumber)
  }

  /// Names that statements with syntax errors would have bound: known, but nothing more.
  mutating func bindNamesOfBrokenStatements(_ tree: SyntaxTree) {
    let tokens = tree.tokens.filter { !$0.kind.isTrivia }
    for (introducer, name) in zip(tokens, tokens.dropFirst())
    where introducer.kind == .name && name.kind == .name {
      let isBroken = !tree.statements.contains { $0.range.touches(name.range.lowerBound) }
      guard isBroken, ["let", "param", "for"].contains(source.text(in: introducer.range)) else {
        continue
      }
      let binding = Scope.Binding(type: .unknown, values: nil, place: nil)
      let text = source.text(in: name.range)
      if scope[text] == nil { scope.bind(text, binding) }
    }
  }

  mutating func noteBrokenCommands(_ tree: SyntaxTree) {
    let tokens = tree.tokens.filter { !$0.kind.isTrivia }
    var readable = tree.statements[...]
    for (index, token) in tokens.enumerated()
    where token.kind == .name && (index == 0 || tokens[index - 1].kind == .newline) {
      let start = token.range.lowerBound
      readable = readable.drop { $0.range.upperBound < start }
      let isBroken = readable.first.map { !$0.range.touches(start) } ?? true
      if isBroken, let verb = context.verbs.verb(named: source.text(in: token.range)) {
        brokenCommands.append((verb, Label(source, token.range)))
      }
    }
  }

  mutating func passBrokenCommands(before statement: Statement) {
    while let first = brokenCommands.first, first.place.source === source,
      first.place.range.lowerBound < statement.range.lowerBound
    {
      leave(broken: first.verb)
      brokenCommands = brokenCommands.dropFirst()
    }
  }

  // MARK: Using

  /// The binding of a name that is used, which counts as its use.
  mutating func use(_ name: String) -> Scope.Binding? {
    usedNames.insert(name)
    return scope[name]
  }

  /// Why a name means nothing here.
  func undefined(_ name: String, at range: SourceRange) -> EvaluationError {
    if Self.isPromptName(name) {
      return context.isPrompt
        ? EvaluationError("E0501", "there is no value `\(name)` yet", at: range)
        : EvaluationError(
          "E0307", "`\(name)` is only known at the prompt", at: range,
          help: "give the value a name with `let`")
    }
    if context.verbs.names.contains(name) {
      return EvaluationError(
        "E0114", "`\(name)` is a command, not a value", at: range,
        help: "to use a command inside an expression write `(\(name))`")
    }
    if PureFunction(rawValue: name) != nil {
      return EvaluationError(
        "E0501", "`\(name)` is a function, not a value", at: range,
        help: "call it: \(PureFunction(rawValue: name)?.usage.call ?? name)")
    }
    let known = scope.names + context.verbs.words.sorted()
    let commands = NearestName.candidates(for: name, among: context.verbs.names)
    var question = NearestName.question(for: name, among: known)
    if question == nil, let command = commands.first {
      question = "did you mean the command `\(command)`?"
    }
    return EvaluationError(
      "E0501", "`\(name)` is not defined", at: range, label: "no variable or word of this name",
      help: question ?? "define it first: let \(name) = …, or put text in quotes: \"\(name)\"")
  }

  /// A name alone on a line that means nothing and resembles no variable: it was to be a command.
  func unknownName(_ operation: Operation) -> Name? {
    guard case .expression(let expression) = operation, case .name(let name) = expression.kind,
      isUnboundName(name), !context.verbs.words.contains(name), PureFunction(rawValue: name) == nil
    else { return nil }
    return Name(text: name, range: expression.range)
  }

  /// Whether no variable has this name or one that resembles it, and neither the prompt nor a command.
  func isUnboundName(_ name: String) -> Bool {
    scope[name] == nil && !Self.isPromptName(name) && !context.verbs.names.contains(name)
      && NearestName.candidates(for: name, among: scope.names).isEmpty
  }

  /// Checks the `{name.field}` parts of a text.
  mutating func checkNames(in literal: StringLiteral) {
    for segment in literal.segments {
      guard case .interpolation(let path) = segment, let first = path.first else { continue }
      guard let binding = use(first.text) else {
        var error = undefined(first.text, at: first.range)
        error.help = error.help.map { $0 + "; write {{ and }} for braces that are text" }
        report(error)
        continue
      }
      var (type, parent) = (binding.type, first.text)
      for name in path.dropFirst() {
        type = field(name, of: type, named: parent)
        parent += "." + name.text
      }
    }
  }

  // MARK: At the end

  mutating func reportUnused() {
    guard !context.isPrompt else { return }
    for (name, place) in watched where !usedNames.contains(name) && place.source === source {
      warn(
        "W0301", "`\(name)` is never used", at: place,
        help: "take it out, or use its value, for example `show \(name)`")
    }
  }

  mutating func reportMissingHeader(of tree: SyntaxTree) {
    let first = tree.statements.first { !$0.isProse }
    guard let first, !tree.hasErrors else { return }
    if case .header = first.kind { return }
    warn(
      "W0303", "the recipe does not say its language version",
      at: Label(source, SourceRange(first.range.lowerBound, first.range.lowerBound)),
      help: "start the file with: recipe \"title\", language: 1")
  }

  mutating func checkHeader(_ arguments: [ArgumentSyntax]) {
    for argument in arguments {
      guard let name = argument.name else { continue }
      guard name.text == "language" else {
        report(
          EvaluationError(
            "E0202", "`recipe` has no setting `\(name.text)`", at: name.range,
            help: "it has one: language"))
        continue
      }
      if case .integer(VerbCatalog.languageVersion) = argument.value.kind { continue }
      report(
        EvaluationError(
          "E0604", "this version of the program knows language 1 only", at: argument.value.range,
          help: "write `language: \(VerbCatalog.languageVersion)`"))
    }
  }
}
