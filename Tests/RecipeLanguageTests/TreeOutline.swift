import RecipeLanguage

/// A tree as text without positions: equal outlines mean equal recipes.
enum TreeOutline {
  static func of(_ tree: SyntaxTree) -> String {
    tree.statements.map { text($0) + "\n" }.joined()
  }

  static func of(_ expression: Expression) -> String { text(expression) }

  private static func text(_ statement: Statement) -> String {
    kind(statement.kind) + (statement.isSilenced ? " silenced" : "")
  }

  private static func kind(_ kind: Statement.Kind) -> String {
    switch kind {
    case .header(let title, let arguments): "(recipe \(text(title))\(list(arguments)))"
    case .include(let path): "(include \(text(path)))"
    case .parameter(let parameter):
      "(param \(parameter.name.text) \(text(parameter.type))"
        + (parameter.defaultValue.map { " default " + text($0) } ?? "")
        + (parameter.condition.map { " where " + text($0) } ?? "") + ")"
    case .binding(let name, let operation): "(let \(name.text) \(text(operation)))"
    case .assertion(let condition, let message):
      "(assert \(text(condition))\(message.map { " " + text($0) } ?? ""))"
    case .expectation(let expectation): "(expect \(text(expectation)))"
    case .operation(let operation): text(operation)
    case .prose(let prose): "(prose \(prose.debugDescription))"
    }
  }

  private static func text(_ expectation: Expectation) -> String {
    let subject = text(expectation.subject)
    switch expectation.check {
    case .unrecorded: return subject
    case .equals(let value): return "\(subject) == \(text(value))"
    case .near(let value, let tolerance):
      return "\(subject) ~= \(text(value)) within \(text(tolerance))"
    case .matches(let pattern): return "\(subject) matches \(text(pattern))"
    }
  }

  private static func text(_ type: TypeExpression) -> String {
    switch type {
    case .named(let name): name.text
    case .list(let element, _): "[\(text(element))]"
    case .choice(let values, _): "one-of" + values.map { " " + text($0) }.joined()
    }
  }

  private static func text(_ operation: RecipeLanguage.Operation) -> String {
    switch operation {
    case .command(let command): text(command)
    case .expression(let expression): text(expression)
    case .loop(let loop):
      "(for" + loop.generators.map { " \($0.name.text) in \(text($0.values))" }.joined()
        + (loop.label.map { " as " + text($0) } ?? "")
        + loop.body.map { "\n  " + text($0).split(separator: "\n").joined(separator: "\n  ") }
        .joined() + ")"
    }
  }

  private static func text(_ command: Command) -> String {
    "(\(command.verb.text)!\(list(command.arguments)))"
  }

  private static func list(_ arguments: [ArgumentSyntax]) -> String {
    arguments.map { " " + ($0.name.map { $0.text + ": " } ?? "") + text($0.value) }.joined()
  }

  private static func text(_ literal: StringLiteral) -> String {
    literal.segments.map { segment in
      switch segment {
      case .text(let text): text.debugDescription
      case .interpolation(let names): "{" + names.map(\.text).joined(separator: ".") + "}"
      }
    }.joined(separator: "+").isEmptyReplaced
  }

  private static func text(_ expression: Expression) -> String {
    switch expression.kind {
    case .integer(let value): "\(value)"
    case .float(let value): "\(value)"
    case .percent(let value): "\(value)%"
    case .duration(let value): "\(value)s"
    case .size(let value): "\(value)B"
    case .boolean(let value): "\(value)"
    case .none: "none"
    case .string(let literal): text(literal)
    case .text(let value): "text" + value.debugDescription
    case .name(let name): name
    case .call(let name, let arguments): "(\(name.text)\(list(arguments)))"
    case .list(let elements): "[" + elements.map(text).joined(separator: " ") + "]"
    case .record(let fields):
      "{" + fields.map { "\($0.name.text): \(text($0.value))" }.joined(separator: " ") + "}"
    case .command(let command): text(command)
    case .unary(let sign, let operand): "(\(sign.rawValue) \(text(operand)))"
    case .binary(let sign, let left, let right, _):
      "(\(sign.rawValue) \(text(left)) \(text(right)))"
    case .field(let base, let name): "(. \(text(base)) \(name.text))"
    case .index(let base, let index): "(at \(text(base)) \(text(index)))"
    case .range(let lower, let upper, let isClosed):
      "(\(isClosed ? ".." : "..<") \(text(lower)) \(text(upper)))"
    }
  }
}

extension String {
  fileprivate var isEmptyReplaced: String { isEmpty ? "\"\"" : self }
}
