import Diagnostics

/// Finds everything wrong with a recipe that can be known before it runs: names, arguments, types,
/// ranges, and the order of commands.
package struct Checker {
  let context: CheckContext
  var source: SourceText
  var scope = Scope()
  var state: SessionShape?
  /// The statement that gave the session each thing it has.
  var origins: [Need: Label] = [:]
  private(set) var diagnostics: [Diagnostic] = []
  var usedNames: Set<String> = []
  /// Names whose `let` or `param` is checked for use at the end.
  var watched: [(name: String, place: Label)] = []
  /// Whether a claim (`assert`, `expect`) is being read.
  var isInClaim = false
  /// Commands at the beginning of lines that could not be read, in order.
  var brokenCommands: ArraySlice<(verb: VerbDeclaration, place: Label)> = []
  /// How deep inside loops.
  var loopDepth = 0

  /// Some statements of a text, in the order in which they run: an include runs in the middle of the
  /// text that includes it.
  package struct Part {
    let tree: SyntaxTree
    let statements: [Statement]

    package init(tree: SyntaxTree, statements: [Statement]) {
      self.tree = tree
      self.statements = statements
    }
  }

  /// All diagnostics of a text, in the order of their places. Syntax errors are among them.
  package static func check(
    _ tree: SyntaxTree, context: CheckContext
  ) -> [Diagnostic] {
    check([Part(tree: tree, statements: tree.statements)], of: tree, context: context)
  }

  /// All diagnostics of a recipe and what it includes, file by file.
  package static func check(
    _ parts: [Part], of main: SyntaxTree, context: CheckContext
  ) -> [Diagnostic] {
    var checker = Checker(context: context, source: main.source)
    var seen: Set<ObjectIdentifier> = []
    for part in parts {
      checker.source = part.tree.source
      if seen.insert(ObjectIdentifier(part.tree.source)).inserted { checker.begin(part.tree) }
      for statement in part.statements {
        checker.passBrokenCommands(before: statement)
        checker.checkStatement(statement)
      }
    }
    checker.source = main.source
    // A statement that could not be read may use any name.
    if !parts.contains(where: \.tree.hasErrors) { checker.reportUnused() }
    if !context.isPrompt { checker.reportMissingHeader(of: main) }
    return checker.diagnostics.sortedByPosition()
  }

  /// The names that can be seen at the end of a text with their types, for completion.
  package static func names(
    in tree: SyntaxTree, context: CheckContext
  ) -> [(name: String, type: StaticType)] {
    var checker = Checker(context: context, source: tree.source)
    checker.begin(tree)
    for statement in tree.statements { checker.checkStatement(statement) }
    return checker.scope.names.compactMap { name in
      checker.scope[name].map { (name, $0.type) }
    }
  }

  private init(context: CheckContext, source: SourceText) {
    self.context = context
    self.source = source
    state = context.state
    for (name, value) in context.names {
      scope.bind(
        name, Scope.Binding(type: StaticType(of: value), values: [value], place: nil))
    }
  }

  // MARK: Reporting

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  mutating func report(_ error: EvaluationError, secondary: [Label] = []) {
    var diagnostic = error.diagnostic(in: source)
    diagnostic.secondary = secondary
    diagnostics.append(diagnostic)
  }

  mutating func warn(_ code: String, _ message: String, at place: Label, help: String) {
    diagnostics.append(Diagnostic(code, message, at: place, severity: .warning, help: help))
  }

  // MARK: Statements

  private mutating func begin(_ tree: SyntaxTree) {
    diagnostics += tree.diagnostics
    guard tree.hasErrors else { return }
    bindNamesOfBrokenStatements(tree)
    noteBrokenCommands(tree)
  }

  @discardableResult
  mutating func checkStatement(_ statement: Statement) -> StaticType {
    switch statement.kind {
    case .prose, .include: break
    case .header(_, let arguments): checkHeader(arguments)
    case .parameter(let parameter): checkParameter(parameter)
    case .binding(let name, let operation):
      let result = checkOperation(operation)
      let isExpression = if case .expression = operation { true } else { false }
      bind(
        name, result, rebinds: context.isPrompt && loopDepth == 0, isShown: !isExpression)
    case .assertion(let condition, let message):
      checkClaim(condition, message: message)
      if let message { checkNames(in: message) }
    case .expectation(let expectation): checkExpectation(expectation)
    case .operation(let operation):
      guard let name = unknownName(operation) else { return checkOperation(operation).type }
      report(ArgumentBinder.unknownVerb(name, in: context.verbs, isAlone: true))
      return .unknown
    }
    return .none
  }

  mutating func checkOperation(_ operation: Operation) -> Scope.Binding {
    switch operation {
    case .command(let command):
      return Scope.Binding(type: checkCommand(command), values: nil, place: nil)
    case .loop(let loop):
      return Scope.Binding(type: checkLoop(loop), values: nil, place: nil)
    case .expression(let expression):
      let type = type(of: expression)
      return Scope.Binding(
        type: type, values: possibleValues(of: expression)?.values, place: nil,
        chosenBy: chosenField(expression))
    }
  }

  private mutating func checkClaim(_ condition: Expression, message: StringLiteral?) {
    isInClaim = true
    defer { isInClaim = false }
    let count = diagnostics.count
    let type = type(of: condition)
    guard diagnostics.count == count else { return }
    if type != .bool, type != .unknown {
      report(
        EvaluationError(
          "E0502", "a condition is true or false, and this is \(type.name.withArticle)",
          at: condition.range, label: "compare it with something",
          help: "for example: assert tuned.perplexity < base.perplexity"))
    } else if !context.isPrompt, loopDepth == 0,
      possibleValues(of: condition)?.values == [.bool(false)]
    {
      report(
        EvaluationError.failedAssertion(at: condition.range, message: message?.plainText))
    }
  }

  private mutating func checkExpectation(_ expectation: Expectation) {
    isInClaim = true
    defer { isInClaim = false }
    _ = type(of: expectation.subject)
    switch expectation.check {
    case .unrecorded: break
    case .matches(let pattern): checkNames(in: pattern)
    case .equals(let value): _ = type(of: value)
    case .near(let value, let tolerance):
      for expression in [value, tolerance] {
        let type = type(of: expression)
        guard type.quantity == nil, type != .unknown else { continue }
        report(
          EvaluationError(
            "E0502", "`~=` compares numbers, and this is \(type.name.withArticle)",
            at: expression.range))
      }
    }
  }

  private mutating func checkLoop(_ loop: Loop) -> StaticType {
    let (outerScope, outerState, outerOrigins) = (scope, state, origins)
    var columns: [StaticType.Field] = []
    for generator in loop.generators {
      let binding = checkGenerator(generator)
      bind(generator.name, binding)
      columns.append(StaticType.Field(name: generator.name.text, type: binding.type))
    }
    if let label = loop.label { checkLabel(label, of: loop) }
    loopDepth += 1
    var last = StaticType.none
    for statement in loop.body {
      let type = checkStatement(statement)
      if case .operation = statement.kind { last = type }
    }
    loopDepth -= 1
    (scope, state, origins) = (outerScope, outerState, outerOrigins)
    switch last {
    case .table(let fields, let isOpen) where loop.endsWithLoop:
      return .table(columns + fields, isOpen: isOpen)
    case .record(let fields, let isOpen): return .table(columns + fields, isOpen: isOpen)
    case .none: return .table(columns, isOpen: false)
    case .unknown: return .table(columns, isOpen: true)
    default: return .table(columns + [.init(name: "value", type: last)], isOpen: false)
    }
  }

  private mutating func checkGenerator(_ generator: Loop.Generator) -> Scope.Binding {
    let type = type(of: generator.values)
    var element = StaticType.unknown
    switch type {
    case .list(let inner): element = inner
    case .unknown: break
    default:
      report(
        EvaluationError(
          "E0502", "`for` goes over a list or a range", at: generator.values.range,
          label: "this is \(type.name.withArticle)",
          help: "for example: for \(generator.name.text) in [2, 4, 8] { … }"))
    }
    var values: [Value]?
    if case .list(let list)? = possibleValues(of: generator.values)?.values.first { values = list }
    return Scope.Binding(type: element, values: values, place: nil, isLoopVariable: true)
  }

  private mutating func checkLabel(_ label: StringLiteral, of loop: Loop) {
    checkNames(in: label)
    var mentioned: Set<String> = []
    for case .interpolation(let path) in label.segments {
      if let first = path.first { mentioned.insert(first.text) }
    }
    for generator in loop.generators
    where !mentioned.contains(generator.name.text) && !generator.hasOneValue {
      warn(
        "W0304", "runs that differ only in `\(generator.name.text)` get the same label",
        at: Label(source, label.range),
        help: "put `{\(generator.name.text)}` into the label")
    }
  }
}
