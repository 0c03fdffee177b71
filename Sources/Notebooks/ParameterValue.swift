import Diagnostics
import RecipeLanguage

/// Values from outside a recipe: `--set name=value`.
package enum ParameterValue {
  /// Why an override cannot be used, as a sentence.
  package struct Refusal: Error {
    package let message: String
  }

  /// Reads `name=value`; the value is an expression of the language, or plain text where the parameter
  /// wants text.
  package static func parse(
    _ text: String, for recipe: RecipeFile
  ) throws(Refusal) -> (name: String, value: Value) {
    guard let sign = text.firstIndex(of: "=") else {
      throw Refusal(message: "\"\(text)\" is not of the form name=value")
    }
    let name = String(text[..<sign]).trimmed
    let content = String(text[text.index(after: sign)...]).trimmed
    let parameters = recipe.parameters
    guard let declared = parameters[name] else {
      let question = NearestName.question(for: name, among: parameters.keys)
      let known = parameters.keys.sorted().joined(separator: ", ")
      throw Refusal(
        message: "the recipe has no parameter \(name); "
          + (question ?? (known.isEmpty ? "it has none at all" : "it has \(known)")))
    }
    let type = TypeCheck(declared.parameter.type)
    let tree = Parser.parse(SourceText(name: "--set", text: "let value = \(content)"))
    if !tree.hasErrors, tree.statements.count == 1,
      case .binding(_, .expression(let expression)) = tree.statements[0].kind
    {
      let evaluator = Evaluator(variable: { _ in nil }) { command throws(EvaluationError) in
        throw EvaluationError("E0600", "commands cannot be set", at: command.range)
      }
      if let value = try? evaluator.value(expression), type.accepts(value) {
        return (name, value)
      }
    }
    if type.accepts(.string(content)) { return (name, .string(content)) }
    throw Refusal(message: "\(name) is \(type.description), and \"\(content)\" is not")
  }
}

/// The type of a parameter as the recipe writes it.
package struct TypeCheck {
  private let type: TypeExpression

  package init(_ type: TypeExpression) {
    self.type = type
  }

  package func accepts(_ value: Value) -> Bool {
    switch type {
    case .named(let name):
      switch (name.text, value) {
      case ("int", .int), ("float", .int), ("float", .float), ("float", .percent),
        ("bool", .bool), ("string", .string), ("percent", .percent), ("duration", .duration),
        ("size", .size), ("word", .word), ("model", .string), ("path", .string):
        true
      default: false
      }
    case .list(let element, _):
      if case .list(let values) = value {
        values.allSatisfy { TypeCheck(element).accepts($0) }
      } else {
        false
      }
    case .choice(let choices, _):
      choices.contains { choice in
        switch (choice.kind, value) {
        case (.name(let name), _): value.text == name
        case (.integer(let number), .int(let given)): number == given
        case (.float(let number), _): value.number == number
        case (.string(let literal), _): literal.plainText == value.text
        default: false
        }
      }
    }
  }

  package var description: String {
    switch type {
    case .named(let name): name.text
    case .list(let element, _): "a list of \(TypeCheck(element).description)"
    case .choice: "one of the words that the recipe lists"
    }
  }
}

extension String {
  /// Without blanks at both ends.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
