extension Expression {
  /// The expressions directly inside this one, in the order of the text.
  package var children: [Expression] {
    switch kind {
    case .integer, .float, .percent, .duration, .size, .boolean, .none, .string, .text, .name: []
    case .call(_, let arguments): arguments.map(\.value)
    case .list(let elements): elements
    case .record(let fields): fields.map(\.value)
    case .command(let command): command.arguments.map(\.value)
    case .unary(_, let operand), .field(let operand, _): [operand]
    case .binary(_, let left, let right, _), .index(let left, let right),
      .range(let left, let right, _):
      [left, right]
    }
  }

  /// Visits this expression and every one inside it.
  package func walk(_ visit: (Expression) -> Void) {
    visit(self)
    for child in children { child.walk(visit) }
  }
}

extension Operation {
  /// The expressions directly in the operation; those of a loop's body are not among them.
  package var expressions: [Expression] {
    switch self {
    case .command(let command): command.arguments.map(\.value)
    case .loop(let loop): loop.generators.map(\.values)
    case .expression(let expression): [expression]
    }
  }
}

extension Statement {
  /// The expressions directly in the statement; those of a loop's body are not among them.
  package var expressions: [Expression] {
    switch kind {
    case .prose, .include: return []
    case .header(_, let arguments): return arguments.map(\.value)
    case .parameter(let parameter):
      return parameter.type.choices
        + [parameter.defaultValue, parameter.condition].compactMap { $0 }
    case .binding(_, let operation), .operation(let operation): return operation.expressions
    case .assertion(let condition, _): return [condition]
    case .expectation(let expectation):
      switch expectation.check {
      case .unrecorded, .matches: return [expectation.subject]
      case .equals(let value): return [expectation.subject, value]
      case .near(let value, let tolerance): return [expectation.subject, value, tolerance]
      }
    }
  }

  /// The loop that the statement runs, if it does.
  package var loop: Loop? {
    switch kind {
    case .binding(_, .loop(let loop)), .operation(.loop(let loop)): loop
    default: nil
    }
  }

  /// Visits this statement and every one inside its loops.
  package func walk(_ visit: (Statement) -> Void) {
    visit(self)
    for statement in loop?.body ?? [] { statement.walk(visit) }
  }
}

extension Statement {
  /// Visits every command in this statement and inside its loops, those in parentheses included.
  package func walkCommands(_ visit: (Command) -> Void) {
    walk { statement in
      switch statement.kind {
      case .binding(_, .command(let command)), .operation(.command(let command)): visit(command)
      default: break
      }
      for expression in statement.expressions {
        expression.walk { if case .command(let command) = $0.kind { visit(command) } }
      }
    }
  }
}

extension TypeExpression {
  fileprivate var choices: [Expression] {
    switch self {
    case .named: []
    case .list(let element, _): element.choices
    case .choice(let values, _): values
    }
  }
}
