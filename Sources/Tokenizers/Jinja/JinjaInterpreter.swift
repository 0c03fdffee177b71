/// Runs a template's statements.
struct JinjaInterpreter {
  private let limits: JinjaLimits
  private var steps = 0
  private var made = 0
  private var depth = 0
  private var output = ""
  /// The texts around the one that is written: of macros and blocks whose text is a value.
  private var captures = 0
  let date: TemplateDate?
  /// The bytes of the text that stand in `generation` blocks.
  private(set) var generation: [Range<Int>] = []

  /// What a statement does to the loop around it.
  private enum Flow { case onward, next, leave }

  init(limits: JinjaLimits, date: TemplateDate? = nil) {
    self.limits = limits
    self.date = date
  }

  /// The text that statements write.
  mutating func text(
    of statements: [JinjaStatement], in scope: JinjaScope
  ) throws(JinjaError) -> String {
    let outer = output
    output = ""
    captures += 1
    defer {
      output = outer
      captures -= 1
    }
    _ = try run(statements, in: scope)
    return output
  }

  // MARK: Limits

  /// Counts work that is done, or about to be done.
  mutating func spend(_ count: Int = 1) throws(JinjaError) {
    steps += min(count, limits.steps + 1)
    if steps > limits.steps { throw .limit("it takes more than \(limits.steps) steps") }
  }

  /// Counts bytes of a string before it is made.
  mutating func make(bytes: Int) throws(JinjaError) {
    made += min(bytes, limits.madeBytes + 1)
    if made > limits.madeBytes {
      throw .limit("its strings grow beyond \(limits.madeBytes) bytes")
    }
  }

  mutating func deeper<Result>(
    _ body: (inout JinjaInterpreter) throws(JinjaError) -> Result
  ) throws(JinjaError) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= 2 * limits.depth else {
      throw .limit("it goes more than \(2 * limits.depth) deep")
    }
    return try body(&self)
  }

  /// The value, for a place inside of another: no function and no namespace, nested no deeper than a
  /// message can be.
  mutating func plain(
    _ value: JinjaValue, depth: Int = 0, line: Int
  ) throws(JinjaError) -> JinjaValue {
    try spend()
    guard depth < 40 else { throw .limit("line \(line): a value is nested more than 40 deep") }
    switch value {
    case .list(let items), .tuple(let items), .iterator(let items, _):
      for item in items { _ = try plain(item, depth: depth + 1, line: line) }
    case .dictionary(let members):
      for member in members.members { _ = try plain(member.value, depth: depth + 1, line: line) }
    case .callable, .namespace:
      throw .unsupported(line: line, "\(value.typeName) inside of another value")
    default: break
    }
    return value
  }

  private mutating func write(_ text: String) throws(JinjaError) {
    guard output.utf8.count + text.utf8.count <= limits.outputBytes else {
      throw .limit("it writes more than \(limits.outputBytes) bytes")
    }
    output += text
  }

  // MARK: Statements

  private mutating func run(
    _ statements: [JinjaStatement], in scope: JinjaScope
  ) throws(JinjaError) -> Flow {
    for statement in statements {
      try spend()
      let flow = try deeper { interpreter throws(JinjaError) in
        try interpreter.run(statement, in: scope)
      }
      if flow != .onward { return flow }
    }
    return .onward
  }

  private mutating func run(
    _ statement: JinjaStatement, in scope: JinjaScope
  ) throws(JinjaError) -> Flow {
    switch statement.kind {
    case .text(let text): try write(text)
    case .output(let expression):
      return try write(try value(of: expression, in: scope), line: statement.line)
    case .set(let target, let expression):
      let value = try value(of: expression, in: scope)
      try assign(value, to: target, in: scope, line: statement.line)
    case .setBlock(let name, let body):
      scope[name] = .string(try text(of: body, in: JinjaScope(parent: scope)))
    case .conditional(let branches):
      for (condition, body) in branches {
        if let condition, !(try value(of: condition, in: scope)).isTrue { continue }
        return try run(body, in: scope)
      }
    case .loop(let loop): return try run(loop, in: scope, line: statement.line)
    case .macro(let name, let parameters, let body):
      scope[name] = .callable(
        .macro(JinjaMacro(name: name, parameters: parameters, body: body, scope: scope)))
    case .filterBlock(let name, let expression, let body):
      let inner = JinjaScope(parent: scope)
      inner[JinjaScope.blockText] = .string(try text(of: body, in: JinjaScope(parent: scope)))
      let value = try value(of: expression, in: inner)
      guard let name else { return try write(value, line: statement.line) }
      scope[name] = value
    case .callBlock(let call, let body):
      return try write(try value(ofCall: call, with: body, in: scope), line: statement.line)
    case .scope(let variables, let body):
      let inner = JinjaScope(parent: scope)
      for (name, expression) in variables { inner[name] = try value(of: expression, in: scope) }
      return try run(body, in: inner)
    case .generation(let body): return try generate(body, in: scope, line: statement.line)
    case .breakLoop: return .leave
    case .continueLoop: return .next
    }
    return .onward
  }

  private mutating func write(_ value: JinjaValue, line: Int) throws(JinjaError) -> Flow {
    try write(try text(of: value, line: line))
    return .onward
  }

  /// Runs a `generation` block and remembers where its text stands.
  private mutating func generate(
    _ body: [JinjaStatement], in scope: JinjaScope, line: Int
  ) throws(JinjaError) -> Flow {
    guard captures == 1 else {
      throw .unsupported(line: line, "a generation block whose text is a value")
    }
    let start = output.utf8.count
    let flow = try run(body, in: JinjaScope(parent: scope))
    if generation.last.map({ $0.upperBound > start }) == true {
      throw .unsupported(line: line, "a generation block within another")
    }
    generation.append(start..<output.utf8.count)
    return flow
  }

  private mutating func value(
    ofCall call: JinjaExpression, with body: [JinjaStatement], in scope: JinjaScope
  ) throws(JinjaError) -> JinjaValue {
    guard case .access(.call(let function, let arguments)) = call.kind,
      case .callable(.macro(let macro)) = try value(of: function, in: scope)
    else { throw .unsupported(line: call.line, "a call block of what is no macro") }
    let caller = JinjaMacro(name: "caller", parameters: [], body: body, scope: scope)
    return try self.call(macro, arguments, caller: caller, in: scope, line: call.line)
  }

  private mutating func assign(
    _ value: JinjaValue, to target: JinjaTarget, in scope: JinjaScope, line: Int
  ) throws(JinjaError) {
    switch target {
    case .names(let names): try bind(names, to: value, in: scope, line: line)
    case .attribute(let name, let attribute):
      guard case .namespace(let namespace)? = scope[name] else {
        throw .evaluation(line: line, "\(name) is no namespace, whose attributes could be set")
      }
      guard !attribute.hasPrefix("_") else {
        throw .evaluation(line: line, "the attribute \(attribute) cannot be set")
      }
      namespace.members[attribute] = try plain(value, line: line)
    }
  }

  private mutating func bind(
    _ names: [String], to value: JinjaValue, in scope: JinjaScope, line: Int
  ) throws(JinjaError) {
    guard names.count > 1 else { return scope[names[0]] = value }
    let parts = try elements(of: value, line: line)
    guard parts.count == names.count else {
      throw .evaluation(
        line: line, "\(parts.count) values cannot be put into \(names.count) names")
    }
    for (name, part) in zip(names, parts) { scope[name] = part }
  }

  // MARK: Loops and macros

  private mutating func run(
    _ loop: JinjaLoop, in scope: JinjaScope, line: Int
  ) throws(JinjaError) -> Flow {
    let all = try elements(of: try value(of: loop.items, in: scope), line: line)
    var items: [JinjaValue] = []
    for item in all {
      if let condition = loop.condition {
        let inner = JinjaScope(parent: scope)
        try bind(loop.names, to: item, in: inner, line: line)
        guard try value(of: condition, in: inner).isTrue else { continue }
      }
      items.append(item)
    }
    for (place, item) in items.enumerated() {
      try spend()
      let inner = JinjaScope(parent: scope)
      inner["loop"] = .dictionary(Self.loopVariables(place, items))
      try bind(loop.names, to: item, in: inner, line: line)
      if try run(loop.body, in: inner) == .leave { break }
    }
    if items.isEmpty { return try run(loop.otherwise, in: JinjaScope(parent: scope)) }
    return .onward
  }

  private static func loopVariables(_ place: Int, _ items: [JinjaValue]) -> JinjaDictionary {
    var loop = JinjaDictionary()
    loop["cycle"] = .callable(.method(of: .int(place), "cycle"))
    loop["index"] = .int(place + 1)
    loop["index0"] = .int(place)
    loop["revindex"] = .int(items.count - place)
    loop["revindex0"] = .int(items.count - place - 1)
    loop["first"] = .bool(place == 0)
    loop["last"] = .bool(place == items.count - 1)
    loop["length"] = .int(items.count)
    loop["previtem"] = place > 0 ? items[place - 1] : .undefined("loop.previtem")
    loop["nextitem"] =
      place + 1 < items.count ? items[place + 1] : .undefined("loop.nextitem")
    return loop
  }

  mutating func call(
    _ macro: JinjaMacro, _ arguments: JinjaArguments, caller: JinjaMacro? = nil,
    in scope: JinjaScope, line: Int
  ) throws(JinjaError) -> JinjaValue {
    let inner = JinjaScope(parent: macro.scope ?? scope)
    if let caller { inner["caller"] = .callable(.macro(caller)) }
    guard arguments.positional.count <= macro.parameters.count else {
      throw .evaluation(line: line, "the macro \(macro.name) takes fewer values")
    }
    var given: [String: JinjaValue] = [:]
    for (parameter, argument) in zip(macro.parameters, arguments.positional) {
      given[parameter.name] = try value(of: argument, in: scope)
    }
    for (name, argument) in arguments.named {
      guard macro.parameters.contains(where: { $0.name == name }), given[name] == nil else {
        throw .evaluation(line: line, "the macro \(macro.name) takes no value \(name) there")
      }
      given[name] = try value(of: argument, in: scope)
    }
    for parameter in macro.parameters {
      if let value = given[parameter.name] {
        inner[parameter.name] = value
      } else if let standard = parameter.default {
        inner[parameter.name] = try value(of: standard, in: inner)
      } else {
        inner[parameter.name] = .undefined(parameter.name)
      }
    }
    return .string(
      try deeper { interpreter throws(JinjaError) in
        try interpreter.text(of: macro.body, in: inner)
      })
  }
}
