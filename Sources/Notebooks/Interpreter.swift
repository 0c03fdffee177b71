import Diagnostics
import RecipeLanguage
import Sessions

/// Walks the statements of a recipe, or of the cells of a session, one after the other.
package final class Interpreter<Executor: VerbExecutor> {
  package let executor: Executor
  package internal(set) var environment = Environment()
  package private(set) var cell = 0
  /// Where relative paths in the text begin.
  package var folder = RecipeFolder.current
  /// Values given to parameters from outside.
  package var overrides: [String: Value] = [:]
  /// Called with every event as it happens.
  package var onEvent: (Event) -> Void {
    get { executor.onEvent }
    set { executor.onEvent = newValue }
  }
  /// Asked between statements.
  package var isCancelled: () -> Bool = { false }
  /// The outcome of each expectation, once for every time it ran.
  package internal(set) var expectations: [ExpectationOutcome] = []
  private(set) var source = SourceText(name: "cell 1", text: "")
  private let clock = ContinuousClock()

  package init(executor: Executor) {
    self.executor = executor
  }

  /// A place to return to: names, session state and the number of the cell.
  package struct Snapshot {
    let environment: Environment
    let state: Executor.State
    let cell: Int
  }

  package func snapshot() -> Snapshot {
    Snapshot(environment: environment, state: executor.state, cell: cell)
  }

  package func restore(_ snapshot: Snapshot) {
    cell = snapshot.cell
    environment = snapshot.environment
    executor.state = snapshot.state
  }

  /// Runs statements of one text, each a cell of its own. What ran before a failure stays.
  package func runRecipe(_ statements: [Statement], of source: SourceText) throws(RunFailure) {
    self.source = source
    defer { showProse() }
    for statement in statements {
      cell += 1
      try runUnlessCancelled(statement, keepsValue: false)
    }
  }

  /// Runs a cell of the prompt with what it includes: it counts once, and leaves `_` and `_n`.
  package func runCell(_ parts: [RecipeText.Part]) throws(RunFailure) {
    cell += 1
    defer { showProse() }
    for part in parts {
      showProse()
      source = part.tree.source
      for statement in part.statements { try runUnlessCancelled(statement, keepsValue: true) }
    }
  }

  private func runUnlessCancelled(
    _ statement: Statement, keepsValue: Bool
  ) throws(RunFailure) {
    try stopIfCancelled()
    try runStatement(statement, keepsValue: keepsValue)
  }

  private func runStatement(_ statement: Statement, keepsValue: Bool) throws(RunFailure) {
    let start = clock.now
    let line = source.line(at: statement.range.lowerBound)
    if case .prose(let text) = statement.kind { return collectProse(text, line: line) }
    showProse()
    onEvent(.started(cell: cell, line: line, source: source.text(in: statement.range)))
    valueName = name(ofValueOf: statement, keepsValue: keepsValue)
    do throws(RunFailure) {
      let result = try perform(statement)
      if let result {
        let event = ValueEvent(
          cell: cell, line: line, verb: result.verb, name: result.name, value: result.value,
          isSilenced: statement.isSilenced)
        if keepsValue, result.name == nil { keep(result.value) }
        onEvent(.value(event))
      }
    } catch {
      if let diagnostic = error.diagnostic { onEvent(.diagnostic(diagnostic)) }
      throw error
    }
    onEvent(.finished(cell: cell, seconds: (clock.now - start).seconds))
  }

  /// Consecutive lines of prose that are not shown yet; they are shown as one text.
  private var prose: (text: String, lastLine: Int)?

  private func collectProse(_ line: String, line number: Int) {
    if let before = prose, before.lastLine + 1 == number {
      prose = (before.text + "\n" + line, number)
    } else {
      showProse()
      prose = (line, number)
    }
  }

  private func showProse() {
    if let prose { onEvent(.prose(prose.text)) }
    prose = nil
  }

  /// What the value of a command will be called, so that the command can say how to go on with it.
  private var valueName: String?

  private func name(ofValueOf statement: Statement, keepsValue: Bool) -> String? {
    switch statement.kind {
    case .binding(let name, .command): name.text
    case .operation(.command): keepsValue ? "_\(cell)" : nil
    default: nil
    }
  }

  private func keep(_ value: Value) {
    guard value != .none else { return }
    environment.keep(value, ofCell: cell)
  }

  struct Outcome {
    let value: Value
    let verb: String?
    let name: String?
  }

  func perform(_ statement: Statement) throws(RunFailure) -> Outcome? {
    switch statement.kind {
    case .prose, .header, .include:
      return nil
    case .parameter(let parameter):
      try bind(parameter)
      return nil
    case .binding(let name, let operation):
      let result = try value(of: operation)
      environment.bind(name.text, to: result.value, cell: cell)
      return Outcome(value: result.value, verb: result.verb, name: name.text)
    case .assertion(let condition, let message):
      try assert(condition, message: message, statement)
      return nil
    case .expectation(let expectation):
      try expect(expectation)
      return nil
    case .operation(let operation):
      let result = try value(of: operation)
      return Outcome(value: result.value, verb: result.verb, name: nil)
    }
  }

  private func value(of operation: Operation) throws(RunFailure) -> (value: Value, verb: String?) {
    switch operation {
    case .command(let command): (try runCommand(command), command.verb.text)
    case .expression(let expression): (try evaluate(expression), nil)
    case .loop(let loop): (.table(try table(of: loop)), nil)
    }
  }

  // MARK: - Expressions

  /// Commands in parentheses run while an expression is evaluated. If one fails, its error is kept here,
  /// because the evaluator can throw expression errors only.
  private var commandFailure: RunFailure?

  private var evaluator: Evaluator {
    var evaluator = Evaluator(
      verbs: executor.verbs, variable: { [self] in environment[$0] },
      run: { [self] (command) throws(EvaluationError) in
        do throws(RunFailure) {
          return try runCommand(command)
        } catch {
          commandFailure = error
          throw EvaluationError("E0600", "a command failed", at: command.range)
        }
      })
    evaluator.onNotice = { [self] in onEvent(.notice($0)) }
    return evaluator
  }

  func evaluate(_ expression: Expression) throws(RunFailure) -> Value {
    do throws(EvaluationError) {
      return try evaluator.value(expression)
    } catch {
      throw failure(error)
    }
  }

  func text(_ literal: StringLiteral) throws(RunFailure) -> String {
    do throws(EvaluationError) {
      return try evaluator.text(literal)
    } catch {
      throw failure(error)
    }
  }

  func truth(_ condition: Expression) throws(RunFailure) -> Bool {
    do throws(EvaluationError) {
      return try evaluator.truth(condition)
    } catch {
      throw failure(error)
    }
  }

  func claim(_ condition: Expression) throws(RunFailure) -> Evaluator.Claim {
    do throws(EvaluationError) {
      return try evaluator.claim(condition)
    } catch {
      throw failure(error)
    }
  }

  func failure(_ error: EvaluationError) -> RunFailure {
    if let inner = commandFailure {
      commandFailure = nil
      return inner
    }
    let kind: RunFailure.Kind = error.code == EvaluationError.notANumberCode ? .failed : .recipe
    return RunFailure(kind: kind, diagnostic: error.diagnostic(in: source))
  }

  // MARK: - Statements

  private func runCommand(_ command: Command) throws(RunFailure) -> Value {
    let call = try call(of: command)
    do throws(VerbFailure) {
      return try executor.execute(call)
    } catch {
      throw RunFailure(error, call: call, source: source)
    }
  }

  /// A command with its arguments evaluated and checked.
  package func call(of command: Command) throws(RunFailure) -> VerbCall {
    guard let verb = executor.verbs.verb(of: command) else {
      throw failure(ArgumentBinder.unknownVerb(command.verb, in: executor.verbs))
    }
    let binder = ArgumentBinder(command, verb: verb, in: executor.verbs)
    if let error = binder.errors.first { throw failure(error) }
    var arguments: [String: Value] = [:]
    var ranges: [String: SourceRange] = [:]
    for bound in binder.bound {
      let (argument, declaration) = (bound.argument, bound.declaration)
      let words = declaration.type.words(of: argument.value)
      let value =
        if let words { words } else { try self.value(of: argument.value, for: declaration) }
      if let error = declaration.error(for: value, of: verb, at: argument.value.range) {
        throw failure(error)
      }
      arguments[declaration.name] =
        declaration.file.map { folder.value(value, for: $0) } ?? value
      ranges[declaration.name] = argument.value.range
    }
    return VerbCall(
      verb: verb, given: arguments, range: command.range, ranges: ranges, valueName: valueName)
  }

  /// A text block where a file may be named is the data itself: the line end behind its only line tells it
  /// from a path. A word that the argument lists is that word within a list, too, whatever variables there are.
  private func value(
    of expression: Expression, for declaration: ArgumentDeclaration
  ) throws(RunFailure) -> Value {
    if case .list(let elements) = expression.kind, let type = declaration.type.element,
      !type.words.isEmpty
    {
      let element = declaration.element(type)
      return .list(
        try elements.map { (part) throws(RunFailure) in
          if let word = type.words(of: part) { return word }
          return try value(of: part, for: element)
        })
    }
    if declaration.file == .input, case .text(let text) = expression.kind, !text.isEmpty,
      !text.contains("\n")
    {
      return .string(text + "\n")
    }
    return try evaluate(expression)
  }

  func stopIfCancelled() throws(RunFailure) {
    if isCancelled() { throw RunFailure(kind: .interrupted, diagnostic: nil) }
  }

  private func bind(_ parameter: Parameter) throws(RunFailure) {
    let name = parameter.name.text
    if let value = overrides[name] {
      environment.bind(name, to: value, cell: cell)
    } else if let expression = parameter.defaultValue {
      environment.bind(name, to: try evaluate(expression), cell: cell)
    } else {
      throw failure(
        EvaluationError(
          "E0210", "the parameter `\(name)` has no value", at: parameter.name.range,
          label: "it has no default", help: "give one: --set \(name)=…"))
    }
    guard let condition = parameter.condition, try !truth(condition) else { return }
    throw failure(
      EvaluationError(
        "E0211", "\(name) = \(environment[name]?.source ?? "") is outside its limits",
        at: condition.range, label: "this does not hold"))
  }
}
