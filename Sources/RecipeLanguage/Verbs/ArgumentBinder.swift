import Diagnostics

/// Matches the arguments of a command with the declaration of its verb.
package struct ArgumentBinder {
  package struct Bound {
    package let argument: Argument
    package let declaration: ArgumentDeclaration
  }

  package let verb: VerbDeclaration
  package private(set) var bound: [Bound] = []
  /// All that is wrong, in the order of the text.
  package private(set) var errors: [EvaluationError] = []

  package init(_ command: Command, verb: VerbDeclaration) {
    self.verb = verb
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
    for declaration in verb.arguments where declaration.isRequired {
      if !bound.contains(where: { $0.declaration.name == declaration.name }) {
        errors.append(missing(declaration, command))
      }
    }
  }

  private mutating func bind(_ argument: Argument, named name: Name) {
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
    let names = verb.arguments.map(\.name)
    return EvaluationError(
      "E0202", "`\(verb.name)` has no argument `\(name.text)`", at: name.range,
      label: "not an argument of \(verb.name)", notes: ["its arguments are \(list(names))"],
      help: NearestName.question(for: name.text, among: names))
  }

  private func tooMany(_ argument: Argument) -> EvaluationError {
    let names = verb.arguments.filter { !$0.isPositional }.map(\.name)
    let count = verb.positional.count
    let takes =
      count == 0 ? "takes its arguments by name" : "takes \(count) without a name, not more"
    return EvaluationError(
      "E0209", "`\(verb.name)` \(takes)", at: argument.range, label: "which argument is this?",
      notes: names.isEmpty ? [] : ["its arguments are \(list(names))"],
      help: names.first.map { "write it with its name, for example \(verb.name) \($0): …" })
  }

  private func missing(_ declaration: ArgumentDeclaration, _ command: Command) -> EvaluationError {
    EvaluationError(
      "E0206", "`\(verb.name)` needs \(declaration.help)", at: command.verb.range,
      label: "`\(declaration.name)` is missing",
      help: verb.examples.first.map { "for example \($0)" })
  }

  private func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  /// A command whose verb is not known.
  package static func unknownVerb(_ name: Name, known: some Sequence<String>) -> EvaluationError {
    EvaluationError(
      "E0201", "there is no command `\(name.text)`", at: name.range, label: "not a command",
      notes: ["the commands are \(known.sorted().joined(separator: ", "))"],
      help: NearestName.question(for: name.text, among: known))
  }
}

extension ArgumentDeclaration {
  /// Why a value cannot stand for this argument, or nil if it can.
  package func error(for value: Value, of verb: String, at range: SourceRange) -> EvaluationError? {
    guard let problem = type.problem(with: value) else { return nil }
    var error = EvaluationError(
      problem.code, "`\(name)` of `\(verb)` \(problem.message)", at: range, label: problem.label,
      help: problem.help)
    if case .word(let word) = value, problem.code == "E0203" {
      error.message = "`\(word)` is no \(name) of `\(verb)`"
    }
    return error
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
      switch value {
      case .percent(let share): return (0...1).contains(share) ? nil : outside(value)
      case .int(let count): return count >= 0 ? nil : outside(value)
      default: return mistyped(value)
      }
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
    case .either(let types):
      let problems = types.map { $0.problem(with: value) }
      if problems.contains(where: { $0 == nil }) { return nil }
      // A value of the right kind that is out of range deserves that message.
      return problems.compactMap { $0 }.first { $0.code != "E0204" } ?? mistyped(value)
    case .any:
      return nil
    }
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
    case (.duration, .int(let number)): help = "write the unit: \(number)s or \(number)m"
    case (.path, .word(let word)), (.string, .word(let word)):
      help = "write it in quotes: \"\(word)\""
    case (.int, .string(let text)) where Int(text) != nil,
      (.float, .string(let text)) where Double(text) != nil:
      help = "write it without quotes: \(text)"
    default: help = nil
    }
    return Problem(
      code: "E0204", message: "is \(description), not a \(value.typeName)",
      label: "this is a \(value.typeName)", help: help)
  }

  private func outside(_ value: Value) -> Problem {
    Problem(
      code: "E0207", message: "cannot be \(value.source)", label: "out of range",
      help: "it is \(description)")
  }
}
