import Diagnostics

extension Checker {
  /// Checks a command and gives the type of its value.
  mutating func checkCommand(_ command: Command) -> StaticType {
    guard let verb = context.verbs.verb(of: command) else {
      report(ArgumentBinder.unknownVerb(command.verb, in: context.verbs))
      for argument in command.arguments { useNames(in: argument.value) }
      return .unknown
    }
    let binder = ArgumentBinder(command, verb: verb, in: context.verbs)
    let count = diagnostics.count
    for error in binder.errors { report(error) }
    for bound in binder.bound {
      checkArgument(bound.argument.value, for: bound.declaration, of: verb)
    }
    for argument in command.arguments
    where !binder.bound.contains(where: { $0.argument.range == argument.range }) {
      useNames(in: argument.value)
    }
    checkColumns(binder)
    checkOrder(of: verb, binder, at: command, isWhole: diagnostics.count == count)
    return type(of: verb, binder)
  }

  private func type(of verb: VerbDeclaration, _ binder: ArgumentBinder) -> StaticType {
    guard let name = verb.listArgument, case .list? = binder.value(of: name)?.kind else {
      return StaticType(of: verb)
    }
    return .record(
      verb.fields.map { .init(name: $0.name, type: .list(StaticType(named: $0.type))) },
      isOpen: false)
  }

  /// Counts names of an argument that cannot be checked as used.
  private mutating func useNames(in expression: Expression) {
    var names: [String] = []
    expression.walk { if case .name(let name) = $0.kind { names.append(name) } }
    usedNames.formUnion(names)
  }

  // MARK: One argument

  private mutating func checkArgument(
    _ expression: Expression, for declaration: ArgumentDeclaration, of verb: VerbDeclaration,
    inList: Bool = false
  ) {
    if let words = declaration.type.words(of: expression) {
      if let error = declaration.error(for: words, of: verb, at: expression.range) {
        report(error)
      }
      return
    }
    if declaration.type.takesText, isUnquotedText(expression) {
      reportUnquoted(expression, for: declaration, of: verb, inList: inList)
      return
    }
    // the name of a file where another argument stands, which the verb takes by name
    if case .field = expression.kind, isUnquotedText(expression),
      let taker = verb.arguments.first(where: { $0.file == .input })
    {
      reportUnquoted(expression, for: taker, of: verb, inList: inList)
      return
    }
    if case .list(let elements) = expression.kind, let type = declaration.type.element {
      let element = declaration.element(type)
      for expression in elements {
        checkArgument(expression, for: element, of: verb, inList: true)
      }
      return
    }
    if case .record(let fields) = expression.kind, case .recordOf(let type) = declaration.type {
      let element = declaration.element(type)
      for field in fields { checkArgument(field.value, for: element, of: verb) }
      return
    }
    if let word = unboundWord(expression), !declaration.type.words.isEmpty,
      !declaration.type.takesText
    {
      let error = declaration.error(for: .word(word), of: verb, at: expression.range)
      if let error { report(error) }
      return
    }
    checkValue(expression, for: declaration, of: verb)
  }

  private mutating func checkValue(
    _ expression: Expression, for declaration: ArgumentDeclaration, of verb: VerbDeclaration
  ) {
    let count = diagnostics.count
    let type = type(of: expression)
    guard diagnostics.count == count else { return }
    if let possible = possibleValues(of: expression) {
      for (index, value) in possible.values.enumerated() {
        guard var error = declaration.error(for: value, of: verb, at: expression.range) else {
          continue
        }
        if let note = possible.notes[index] { error.notes.append(note) }
        report(error)
        return
      }
    } else if let example = type.example,
      let error = declaration.error(for: example, of: verb, at: expression.range),
      error.code == "E0204"
    {
      report(error)
    }
  }

  /// A bare name that no variable has.
  private func unboundWord(_ expression: Expression) -> String? {
    guard case .name(let name) = expression.kind, scope[name] == nil else { return nil }
    return name
  }

  /// Whether an expression is most likely a path or a name that lacks its quotes: `smollm2`,
  /// `data/rhymes.jsonl`.
  private func isUnquotedText(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .name(let name):
      scope[name] == nil && !Self.isPromptName(name)
        && NearestName.candidates(for: name, among: scope.names).isEmpty
    case .field(let base, _): isUnquotedText(base)
    // a quotient is a number, which no text is
    case .binary(.divided, _, _, _): !source.text(in: expression.range).contains(" ")
    case .binary(.minus, let left, _, _): isUnquotedText(left)
    default: false
    }
  }

  private mutating func reportUnquoted(
    _ expression: Expression, for declaration: ArgumentDeclaration, of verb: VerbDeclaration,
    inList: Bool
  ) {
    let text = source.text(in: expression.range)
    let name = declaration.isPositional ? "" : "\(declaration.name): "
    let help =
      inList ? "write it in quotes: \"\(text)\"" : "write `\(verb.name) \(name)\"\(text)\"`"
    report(
      EvaluationError(
        "E0205", "`\(verb.name)` takes text, and text stands in quotes", at: expression.range,
        label: "no variable of this name", help: help))
  }

  /// The columns that `sort` and `columns` name, where the table's are known.
  private mutating func checkColumns(_ binder: ArgumentBinder) {
    guard let subject = binder.bound.first(where: { $0.declaration.isPositional }),
      case .name(let name) = subject.argument.value.kind,
      case .table(let fields, isOpen: false)? = scope[name]?.type
    else { return }
    let names = fields.map(\.name) + ["name"]
    for bound in binder.bound where bound.declaration.type.isColumn {
      let expressions: [Expression]
      if case .list(let elements) = bound.argument.value.kind {
        expressions = elements
      } else {
        expressions = [bound.argument.value]
      }
      for expression in expressions {
        guard case .name(let column) = expression.kind, !names.contains(column) else { continue }
        let place = Name(text: column, range: expression.range)
        report(EvaluationError.unknownField(place, of: name, among: names))
      }
    }
  }
}

extension ArgumentBinder {
  /// The expression given for an argument.
  func value(of name: String) -> Expression? {
    bound.first { $0.declaration.name == name }?.argument.value
  }
}

extension ArgumentType {
  /// Whether text in quotes may stand here.
  var takesText: Bool {
    switch self {
    case .string, .path: true
    case .either(let types): types.contains(where: \.takesText)
    default: false
    }
  }

  /// The type of each element where a list may stand.
  package var element: ArgumentType? {
    switch self {
    case .list(let element): element
    case .words(let words): .word(words)
    case .either(let types): types.lazy.compactMap(\.element).first
    default: nil
    }
  }

  var isColumn: Bool {
    switch self {
    case .column, .list(.column): true
    default: false
    }
  }
}
