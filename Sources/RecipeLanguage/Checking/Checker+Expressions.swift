import Diagnostics

extension Checker {
  /// The values that an expression can have, with a note on each that depends on a loop.
  struct PossibleValues {
    var values: [Value] = []
    var notes: [String?] = []
    var error: (EvaluationError, note: String?)?
  }

  /// The most combinations of loop values that are tried.
  private static let mostCombinations = 64

  /// The values of an expression where everything in it is known before running, else nil.
  func possibleValues(of expression: Expression) -> PossibleValues? {
    guard let names = knownNames(in: expression) else { return nil }
    var combinations: [[String: Value]] = [[:]]
    for name in names {
      guard let values = scope[name]?.values else { continue }
      guard combinations.count * max(values.count, 1) <= Self.mostCombinations else { return nil }
      combinations = combinations.flatMap { combination in
        values.map { combination.merging([name: $0]) { first, _ in first } }
      }
    }
    let loopNames = names.filter { scope[$0]?.isLoopVariable == true }
    return evaluate(expression, combinations, naming: loopNames)
  }

  private func evaluate(
    _ expression: Expression, _ combinations: [[String: Value]], naming loopNames: [String]
  ) -> PossibleValues {
    var result = PossibleValues()
    for combination in combinations {
      let pairs = loopNames.compactMap { name in
        combination[name].map { "\(name) is \($0.source)" }
      }
      let note = pairs.isEmpty ? nil : "in the run where \(pairs.joined(separator: " and "))"
      let evaluator = Evaluator(
        verbs: context.verbs, variable: { combination[$0] },
        run: { (command) throws(EvaluationError) in
          throw EvaluationError("E0114", "a command has no value yet", at: command.range)
        })
      do throws(EvaluationError) {
        result.values.append(try evaluator.value(expression))
        result.notes.append(note)
      } catch {
        result.error = (error, note)
        return result
      }
    }
    return result
  }

  /// The variables in an expression; nil if one of its parts is only known after running.
  private func knownNames(in expression: Expression) -> [String]? {
    var names: [String] = []
    var isKnown = true
    let add = { (name: String, mayBeWord: Bool) in
      if let binding = scope[name] {
        if binding.values == nil { isKnown = false }
        if !names.contains(name) { names.append(name) }
      } else if !mayBeWord || !context.verbs.words.contains(name) {
        isKnown = false
      }
    }
    expression.walk { part in
      switch part.kind {
      case .command: isKnown = false
      case .name(let name): add(name, true)
      case .call(let name, _) where name.text == "best": isKnown = false
      case .string(let literal):
        for case .interpolation(let path) in literal.segments {
          if let first = path.first { add(first.text, false) }
        }
      default: break
      }
    }
    return isKnown ? names : nil
  }

  // MARK: Types

  /// The type of an expression, reporting what is wrong in it.
  mutating func type(of expression: Expression) -> StaticType {
    useNamesKnown(in: expression)
    if let possible = possibleValues(of: expression) {
      guard let (error, note) = possible.error else {
        return StaticType.common(possible.values.map { StaticType(of: $0) })
      }
      var noted = error
      if let note { noted.notes.append(note) }
      report(noted)
      return .unknown
    }
    switch expression.kind {
    case .integer, .float, .percent, .duration, .size, .boolean, .none, .text: return .unknown
    case .string(let literal):
      checkNames(in: literal)
      return .string
    case .name(let name): return type(ofName: name, at: expression.range)
    case .call(let name, let arguments): return type(ofCall: name, arguments, expression.range)
    case .list(let elements): return .list(StaticType.common(types(of: elements)))
    case .record(let fields):
      return .record(
        fields.map { .init(name: $0.name.text, type: type(of: $0.value)) }, isOpen: false)
    case .command(let command): return checkCommand(command)
    case .unary(let sign, let operand): return type(of: sign, operand)
    case .binary(let sign, let left, let right, _): return type(of: sign, left, right)
    case .field(let base, let name): return type(ofField: name, of: base)
    case .index(let base, let index): return type(ofElement: index, of: base)
    case .range(let lower, let upper, _):
      _ = types(of: [lower, upper])
      return .list(.int)
    }
  }

  private mutating func types(of expressions: [Expression]) -> [StaticType] {
    var types: [StaticType] = []
    for expression in expressions { types.append(type(of: expression)) }
    return types
  }

  private mutating func useNamesKnown(in expression: Expression) {
    guard let names = knownNames(in: expression) else { return }
    usedNames.formUnion(names)
  }

  private mutating func type(ofName name: String, at range: SourceRange) -> StaticType {
    if let binding = use(name) { return binding.type }
    if context.verbs.words.contains(name) { return .word }
    report(undefined(name, at: range))
    return .unknown
  }

  private mutating func type(
    ofCall name: Name, _ arguments: [ArgumentSyntax], _ range: SourceRange
  ) -> StaticType {
    guard let function = PureFunction(rawValue: name.text) else {
      report(.unknownFunction(name))
      return .unknown
    }
    if function == .best { return type(ofBest: arguments, range) }
    var types: [StaticType] = []
    for argument in arguments { types.append(type(of: argument.value)) }
    switch function {
    case .len: return .int
    case .all, .any: return .bool
    case .mean, .sqrt, .log, .exp: return .float
    case .range: return .list(.int)
    case .min, .max:
      if types.count == 1, case .list(let element) = types[0] { return element }
      return StaticType.common(types)
    default: return .unknown
    }
  }

  private mutating func type(ofBest arguments: [ArgumentSyntax], _ range: SourceRange) -> StaticType
  {
    var subject = StaticType.unknown
    for argument in arguments where argument.name?.text != "by" {
      let type = type(of: argument.value)
      if argument.name == nil { subject = type }
    }
    let column = arguments.first { $0.name?.text == "by" }?.value
    switch subject {
    case .unknown: return .unknown
    case .table(let fields, let isOpen):
      guard let column, case .name(let name) = column.kind else { break }
      if !isOpen, !fields.contains(where: { $0.name == name }) {
        let place = Name(text: name, range: column.range)
        report(EvaluationError.unknownField(place, of: "the table", among: fields.map(\.name)))
      }
      return .record([.init(name: "name", type: .string)] + fields, isOpen: isOpen)
    default: break
    }
    report(
      EvaluationError(
        "E0507", "`best` needs a table of runs and a field to go by", at: range,
        help: "for example best(runs, by: perplexity)"))
    return .unknown
  }

  /// The field by which `best(runs, by: field)` chooses.
  func chosenField(_ expression: Expression) -> String? {
    guard case .call(let name, let arguments) = expression.kind, name.text == "best",
      case .name(let field)? = arguments.first(where: { $0.name?.text == "by" })?.value.kind
    else { return nil }
    return field
  }

  // MARK: Parts of values

  private mutating func type(ofField name: Name, of base: Expression) -> StaticType {
    let parent = type(of: base)
    guard case .name(let variable) = base.kind else {
      return field(name, of: parent, named: "this value")
    }
    if isInClaim, scope[variable]?.chosenBy == name.text {
      warn(
        "W0302", "`\(variable)` was chosen by its `\(name.text)` and is judged by it here",
        at: Label(source, base.range.union(name.range)),
        help: "judge it on rows that had no say, for example with `(eval on: test).\(name.text)`")
    }
    return field(name, of: parent, named: variable)
  }

  mutating func field(_ name: Name, of parent: StaticType, named parentName: String) -> StaticType {
    switch parent {
    case .unknown: return .unknown
    case .record(let fields, let isOpen):
      if let field = fields.first(where: { $0.name == name.text }) { return field.type }
      if isOpen { return .unknown }
    case .table(let fields, let isOpen):
      if let field = fields.first(where: { $0.name == name.text }) { return .list(field.type) }
      if name.text == "name" { return .list(.string) }
      if isOpen { return .unknown }
    default:
      report(
        EvaluationError(
          "E0506", "\(parentName) is \(parent.name.withArticle) and has no fields", at: name.range,
          label: "only records and tables have fields"))
      return .unknown
    }
    report(EvaluationError.unknownField(name, of: parentName, among: parent.fields.map(\.name)))
    return .unknown
  }

  private mutating func type(ofElement index: Expression, of base: Expression) -> StaticType {
    let container = type(of: base)
    let key = type(of: index)
    switch (container, key) {
    case (.unknown, _), (_, .unknown): return .unknown
    case (.list(let element), .int): return element
    case (.table(let fields, let isOpen), .int), (.table(let fields, let isOpen), .string),
      (.table(let fields, let isOpen), .word):
      return .record([.init(name: "name", type: .string)] + fields, isOpen: isOpen)
    case (.record, .string), (.record, .word): return .unknown
    default:
      report(
        EvaluationError(
          "E0502", "\(container.name.withArticle) cannot be indexed by \(key.name.withArticle)",
          at: index.range,
          label: "lists take a position, records and tables a name in quotes"))
      return .unknown
    }
  }
}
