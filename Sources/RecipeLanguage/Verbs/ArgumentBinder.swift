import Diagnostics

/// Matches the arguments of a command with the declaration of its verb.
package struct ArgumentBinder {
  package struct Bound {
    package let argument: ArgumentSyntax
    package let declaration: ArgumentDeclaration
  }

  package let verb: VerbDeclaration
  private let verbs: VerbCatalog?
  package private(set) var bound: [Bound] = []
  /// All that is wrong, in the order of the text.
  package private(set) var errors: [EvaluationError] = []

  /// - Parameter verbs: whose names of arguments in other tools are known.
  package init(_ command: Command, verb: VerbDeclaration, in verbs: VerbCatalog? = nil) {
    self.verb = verb
    self.verbs = verbs
    var positional = verb.positional[...]
    for argument in command.arguments {
      if let name = argument.name {
        bind(argument, named: name)
      } else if let declaration = positional.popFirst() {
        bound.append(Bound(argument: argument, declaration: declaration))
      } else {
        errors.append(tooMany(argument))
      }
    }
    for names in verb.alternatives {
      let given = bound.filter { names.contains($0.declaration.name) }
      if given.count > 1 { errors.append(alternative(names, given[1].argument)) }
    }
    checkCompanions()
    for declaration in verb.arguments where declaration.isRequired {
      let names = verb.alternatives.filter { $0.contains(declaration.name) }.joined()
      let standsFor = Set(names).union([declaration.name])
      if !bound.contains(where: { standsFor.contains($0.declaration.name) }) {
        errors.append(missing(declaration, command))
      }
    }
  }

  private mutating func bind(_ argument: ArgumentSyntax, named name: Name) {
    guard let declaration = verb.argument(name.text) else {
      errors.append(unknown(name))
      return
    }
    if bound.contains(where: { $0.declaration.name == name.text }) {
      errors.append(
        EvaluationError(
          "E0208", "`\(name.text)` is given twice", at: argument.range,
          help: "keep one of the two"))
    } else {
      bound.append(Bound(argument: argument, declaration: declaration))
    }
  }

  private func unknown(_ name: Name) -> EvaluationError {
    if let command = verbs?.verb(named: name.text) {
      return EvaluationError(
        "E0202", "`\(verb.name)` has no argument `\(name.text)`", at: name.range,
        label: "not an argument of \(verb.name)",
        notes: ["its arguments are \(list(verb.arguments.map(\.name)))"],
        help: "`\(name.text)` is a command, on a line of its own: "
          + (command.examples.first ?? name.text))
    }
    return EvaluationError(
      unknown: name, "E0202", "`\(verb.name)` has no argument `\(name.text)`",
      label: "not an argument of \(verb.name)", title: "its arguments are",
      among: verb.arguments.map(\.name),
      habits: (verbs?.foreignArguments ?? [:]).merging(verb.foreignArguments) { $1 },
      more: "; type ?\(verb.name) at the prompt to read of them")
  }

  private func tooMany(_ argument: ArgumentSyntax) -> EvaluationError {
    let names = verb.arguments.filter { !$0.isPositional }.map(\.name)
    let count = verb.positional.count
    if case .integer = argument.value.kind, argument.range.count == 3,
      let last = bound.last?.argument, last.range.upperBound + 1 == argument.range.lowerBound,
      case .integer(let thousands) = last.value.kind
    {
      return EvaluationError(
        "E0209", "the digits of a number are not grouped by commas", at: argument.range,
        label: "a second value", help: "write `\(thousands)_000` for \(thousands) thousand")
    }
    let takes =
      count == 0 ? "takes its arguments by name" : "takes \(count) without a name, not more"
    return EvaluationError(
      "E0209", "`\(verb.name)` \(takes)", at: argument.range, label: "which argument is this?",
      notes: names.isEmpty ? [] : ["its arguments are \(list(names))"],
      help: inBrackets(argument)
        ?? (taker(of: argument) ?? taker(ofWords: argument)).map { "write `\($0)`" }
        ?? names.first.map { "write it with its name, for example \(verb.name) \($0): …" })
  }

  /// The command with the name of the one argument that takes such a text.
  private func taker(of argument: ArgumentSyntax) -> String? {
    guard case .string(let literal) = argument.value.kind, let text = literal.plainText else {
      return nil
    }
    let takers = verb.arguments.filter { $0.type.problem(with: .string(text)) == nil }
    guard takers.count == 1, let taker = takers.first else { return nil }
    return "\(verb.name) \(taker.name): \(NumberText.quoted(text))"
  }

  /// The same of a name that is a word of an argument, or of a list of such names, as `formats: [int8]`.
  private func taker(ofWords argument: ArgumentSyntax) -> String? {
    let (expressions, isList): ([Expression], Bool) =
      if case .list(let elements) = argument.value.kind { (elements, true) } else {
        ([argument.value], false)
      }
    let names = expressions.compactMap { element -> String? in
      if case .name(let name) = element.kind { name } else { nil }
    }
    guard !names.isEmpty, names.count == expressions.count,
      let taker = verb.arguments.first(where: { declaration in
        names.allSatisfy { declaration.type.words.contains($0) }
      })
    else { return nil }
    let text = names.joined(separator: ", ")
    return "\(verb.name) \(taker.name): \(isList ? "[\(text)]" : text)"
  }

  /// Two names where one value of any type is taken: both together are a list.
  private func inBrackets(_ second: ArgumentSyntax) -> String? {
    guard verb.positional.count == 1, let first = bound.last, case .any = first.declaration.type,
      case .name(let one) = first.argument.value.kind, case .name(let other) = second.value.kind
    else { return nil }
    return "in brackets they are one value: \(verb.name) [\(one), \(other)]"
  }

  private func alternative(_ names: [String], _ argument: ArgumentSyntax) -> EvaluationError {
    EvaluationError(
      "E0212", "`\(verb.name)` takes one of \(list(names.map { "`\($0)`" })), not both",
      at: argument.range, label: "one too many", help: "leave one of them out")
  }

  private mutating func checkCompanions() {
    let given = Set(bound.map(\.declaration.name))
    if let inheritance = verb.inheritance, given.contains(inheritance) { return }
    for argument in bound {
      let name = argument.declaration.name
      for other in verb.companions[name] ?? [] where !given.contains(other) {
        errors.append(
          EvaluationError(
            "E0213", "`\(name)` needs `\(other)`", at: argument.argument.range,
            label: "means nothing by itself",
            help: verb.argument(other).map { "give \(other): \($0.help)" }))
      }
    }
    for use in verb.misuses(in: WrittenArguments(self)) {
      guard let argument = bound.first(where: { $0.declaration.name == use.argument.name }) else {
        continue
      }
      errors.append(
        EvaluationError(
          "E0213", use.message, at: argument.argument.range, label: "means nothing here",
          help: use.help))
    }
  }

  private func missing(_ declaration: ArgumentDeclaration, _ command: Command) -> EvaluationError {
    EvaluationError(
      "E0206", "`\(verb.name)` lacks its `\(declaration.name)`", at: command.verb.range,
      label: "needs \(declaration.help)",
      help: verb.examples.first.map { "for example \($0)\(written(beside: $0))" })
  }

  /// The named arguments of the command that an example does not have, to be written behind it.
  private func written(beside example: String) -> String {
    bound.compactMap { bound -> String? in
      guard let name = bound.argument.name, !example.contains("\(name.text):") else { return nil }
      return ", \(name.text): \(bound.argument.value.literalText ?? "…")"
    }.joined()
  }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  /// A command whose verb is not known.
  ///
  /// - Parameter isAlone: whether the name stands for itself, so that a value may have been meant.
  package static func unknownVerb(
    _ name: Name, in verbs: VerbCatalog, isAlone: Bool = false
  ) -> EvaluationError {
    EvaluationError(
      unknown: name, isAlone ? "E0501" : "E0201",
      isAlone
        ? "`\(name.text)` is neither a command nor a value"
        : "there is no command `\(name.text)`",
      label: isAlone ? "nothing has this name" : "not a command", title: "the commands are",
      among: verbs.names.sorted(), habits: verbs.foreignVerbs,
      more: "; type ?train at the prompt to read of one, ? of all")
  }
}

extension ArgumentDeclaration {
  /// Why a value cannot stand for this argument, or nil if it can.
  package func error(
    for value: Value, of verb: VerbDeclaration, at range: SourceRange
  ) -> EvaluationError? {
    guard let problem = type.problem(with: value) else { return nil }
    if let word = value.text, let reason = refused[word] {
      return EvaluationError(
        problem.code, "`\(name)` of `\(verb.name)` cannot be `\(word)`: \(reason)", at: range,
        label: problem.label,
        help: NearestName.question(for: word, among: type.words))
    }
    return EvaluationError(
      problem.code, "`\(name)` of `\(verb.name)` \(problem.message)", at: range,
      label: problem.label, help: problem.help ?? other(for: value, of: verb))
  }

  /// The one other argument that takes such a value, as `budget:` takes the time that `steps:` does not.
  private func other(for value: Value, of verb: VerbDeclaration) -> String? {
    let takers = verb.arguments.filter { argument in
      if case .any = argument.type { return false }
      return argument.type.problem(with: value) == nil
    }
    guard takers.count == 1, let taker = takers.first else { return nil }
    guard case .string = value, isPositional else {
      return "\(value.typeName.withArticle) is for `\(taker.name):`"
    }
    return "write `\(verb.name) \(taker.name): \(value.source)`"
  }
}

extension ArgumentType {
  package struct Problem {
    package let code: String
    package let message: String
    package var label = ""
    package var help: String?
  }

  /// What keeps a value from being of this type.
  package func problem(with value: Value) -> Problem? {
    switch self {
    case .int(let range):
      guard case .int(let number) = value else { return mistyped(value) }
      return range.contains(number) ? nil : outside(value)
    case .float(let range):
      guard let number = value.number else { return mistyped(value) }
      return range.contains(number) ? nil : outside(value)
    case .bool:
      guard case .bool = value else { return mistyped(value) }
      return nil
    case .string, .path:
      guard case .string = value else { return mistyped(value) }
      return nil
    case .percentOrInt:
      return problem(withShare: value)
    case .duration:
      guard case .duration(let seconds) = value else { return mistyped(value) }
      return seconds > 0 ? nil : outside(value)
    case .word(let words):
      return problem(withWord: value, words)
    case .words(let words):
      guard case .list(let elements) = value else { return problem(withWord: value, words) }
      return elements.lazy.compactMap { problem(withWord: $0, words) }.first
    case .list(let element):
      guard case .list(let elements) = value else { return mistyped(value) }
      return elements.lazy.compactMap { element.problem(with: $0) }.first
    case .record:
      guard case .record = value else { return mistyped(value) }
      return nil
    case .recordOf(let field):
      guard case .record(let record) = value else { return mistyped(value) }
      return record.fields.lazy.compactMap { field.problem(with: $0.value) }.first
    case .table:
      guard case .table = value else { return mistyped(value) }
      return nil
    case .either(let types):
      return problem(with: value, asOneOf: types)
    case .column:
      return value.text == nil ? mistyped(value) : nil
    case .any:
      return nil
    }
  }

  private func problem(withShare value: Value) -> Problem? {
    switch value {
    case .percent(let share): (0...1).contains(share) ? nil : outside(value)
    case .int(let count): count >= 0 ? nil : outside(value)
    default: mistyped(value)
    }
  }

  private func problem(with value: Value, asOneOf types: [ArgumentType]) -> Problem? {
    let problems = types.map { $0.problem(with: value) }
    if problems.contains(where: { $0 == nil }) { return nil }
    // A value of the right kind that is out of range deserves that message.
    return problems.compactMap { $0 }.first { $0.code != "E0204" } ?? mistyped(value)
  }

  /// The word that a bare name stands for here, whatever variables there are: a word that the
  /// argument lists, or the name of a field; a list of field names likewise.
  package func words(of expression: Expression) -> Value? {
    switch (self, expression.kind) {
    case (.column, .name(let name)): .word(name)
    case (.list(.column), .list(let elements)): Self.list(elements)
    case (_, .name(let name)) where words.contains(name): .word(name)
    case (_, .none) where words.contains("none"): .word("none")
    default: nil
    }
  }

  private static func list(_ elements: [Expression]) -> Value? {
    let words = elements.compactMap { element -> Value? in
      // a name in quotes is as good as a bare one
      if case .string(let literal) = element.kind { return literal.plainText.map { .string($0) } }
      return ArgumentType.column.words(of: element)
    }
    return words.count == elements.count ? .list(words) : nil
  }

  private func problem(withWord value: Value, _ words: [String]) -> Problem? {
    guard let text = value.text else { return mistyped(value) }
    if words.contains(text) { return nil }
    let question = NearestName.question(for: text, among: words)
    return Problem(
      code: "E0203", message: "cannot be `\(text)`", label: "not one of its words",
      help: question ?? "it can be \(words.joined(separator: ", "))")
  }

  private func mistyped(_ value: Value) -> Problem {
    var help: String?
    switch (self, value) {
    case (.percentOrInt, .float(let share)) where 0 < share && share < 1:
      help = "a share is a percentage: write \(NumberText.percent(share))"
    case (.duration, .int(let number)): help = "write the unit: \(number)s or \(number)m"
    case (.path, .word(let word)), (.string, .word(let word)):
      help = "write it in quotes: \"\(word)\""
    case (.int, .string(let text)) where Int(text) != nil,
      (.float, .string(let text)) where Double(text) != nil:
      help = "write it without quotes: \(text)"
    case (.word(let words), .int(let number)), (.words(let words), .int(let number)):
      help = NearestName.question(of: words.filter { $0.filter(\.isNumber) == "\(number)" })
    default: help = nil
    }
    return Problem(
      code: "E0204", message: "takes \(description), not \(value.typeName.withArticle)",
      label: "this is \(value.typeName.withArticle)", help: help)
  }

  private func outside(_ value: Value) -> Problem {
    Problem(
      code: "E0207", message: "cannot be \(value.source)", label: "out of range",
      help: "it is \(description)")
  }
}

extension Expression {
  /// A text, a number or a name as a recipe has it; nil for what has parts.
  fileprivate var literalText: String? {
    switch kind {
    case .string(let literal): literal.plainText.map { NumberText.quoted($0) }
    case .integer(let number): "\(number)"
    case .name(let name): name
    default: nil
    }
  }
}
