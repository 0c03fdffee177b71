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
    let type = declared.parameter.type
    let tree = Parser.parse(SourceText(name: "--set", text: "let value = \(content)"))
    if !tree.hasErrors, tree.statements.count == 1,
      case .binding(_, .expression(let expression)) = tree.statements[0].kind
    {
      let evaluator = Evaluator(variable: { _ in nil }) { command throws(EvaluationError) in
        throw EvaluationError("E0600", "commands cannot be set", at: command.range)
      }
      if let given = try? evaluator.value(expression),
        let value = ParameterType.convert(given, to: type)
      {
        return (name, value)
      }
    }
    if let value = ParameterType.convert(.string(content), to: type) { return (name, value) }
    let wanted = declared.source.text(in: type.range)
    throw Refusal(message: "\(name) is \(wanted), and \"\(content)\" is not")
  }
}

extension String {
  /// Without blanks at both ends.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
