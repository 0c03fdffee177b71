import Diagnostics
import RecipeLanguage
import Sessions

/// Values from outside a recipe: `--set name=value`, `--sweep name=a,b`.
package enum ParameterValue {
  /// Why a value cannot be used, as a sentence.
  package struct Refusal: Error {
    package let message: String
  }

  /// A parameter with the text that is to become its value, or its values.
  private struct Setting {
    let name: String
    let content: String
    let type: TypeExpression
    let typeText: String

    func refusal(of text: String) -> Refusal {
      Refusal(message: "\(name) is \(typeText), and \"\(text)\" is not")
    }
  }

  /// Reads `name=value`; the value is an expression of the language, or plain text where the parameter
  /// wants text.
  package static func parse(
    _ text: String, for recipe: RecipeText
  ) throws(Refusal) -> (name: String, value: Value) {
    let setting = try setting(text, in: recipe)
    return (setting.name, try value(of: setting.content, for: setting))
  }

  /// Reads `name=a,b`. The language itself finds the commas, so that those inside of brackets and
  /// quotes separate nothing; a range such as `1..4` stands for its numbers.
  package static func parseList(
    _ text: String, for recipe: RecipeText
  ) throws(Refusal) -> (name: String, values: [Value]) {
    let setting = try setting(text, in: recipe)
    if case .list(let elements)? = literal("[\(setting.content)]", takesWords: true),
      !elements.isEmpty
    {
      if let values = convert(elements, to: setting.type) { return (setting.name, values) }
      if elements.count == 1, case .list(let range) = elements[0],
        let values = convert(range, to: setting.type), !values.isEmpty
      {
        return (setting.name, values)
      }
    }
    var values: [Value] = []
    for part in setting.content.split(separator: ",", omittingEmptySubsequences: false) {
      values.append(try value(of: String(part).trimmed, for: setting))
    }
    return (setting.name, values)
  }

  /// The value of an expression that needs nothing: no name, no command.
  ///
  /// - Parameter takesWords: whether a bare name stands for itself, as in `[q_proj, v_proj]`.
  package static func literal(_ text: String, takesWords: Bool = false) -> Value? {
    let tree = Parser.parse(SourceText(name: "value", text: "let value = \(text)"))
    guard !tree.hasErrors, tree.statements.count == 1,
      case .binding(_, .expression(let expression)) = tree.statements[0].kind
    else { return nil }
    let evaluator = Evaluator(verbs: .standard, variable: { takesWords ? .word($0) : nil }) {
      command throws(EvaluationError) in
      throw EvaluationError("E0600", "commands cannot be set", at: command.range)
    }
    return try? evaluator.value(expression)
  }

  private static func setting(
    _ text: String, in recipe: RecipeText
  ) throws(Refusal) -> Setting {
    guard let sign = text.firstIndex(of: "=") else {
      throw Refusal(message: "\"\(text)\" is not of the form name=value")
    }
    let name = String(text[..<sign]).trimmed
    let parameters = recipe.parameters
    guard let declared = parameters[name] else {
      let question = NearestName.question(for: name, among: parameters.keys)
      let known = parameters.keys.sorted().joined(separator: ", ")
      throw Refusal(
        message: "the recipe has no parameter \(name); "
          + (question
            ?? (known.isEmpty
              ? "it has none; a line such as `param \(name) = 8` makes one" : "it has \(known)"))
      )
    }
    let type = declared.parameter.type
    return Setting(
      name: name, content: String(text[text.index(after: sign)...]).trimmed, type: type,
      typeText: declared.source.text(in: type.range))
  }

  private static func value(of text: String, for setting: Setting) throws(Refusal) -> Value {
    if let given = literal(text, takesWords: true),
      let value = ParameterType.convert(given, to: setting.type)
    {
      return value
    }
    if let value = ParameterType.convert(.string(text), to: setting.type) { return value }
    throw setting.refusal(of: text)
  }

  /// All values as the parameter takes them, bare words as text where it wants text; nil if one does
  /// not fit.
  private static func convert(_ values: [Value], to type: TypeExpression) -> [Value]? {
    let converted = values.compactMap { value -> Value? in
      if let value = ParameterType.convert(value, to: type) { return value }
      guard case .word(let text) = value else { return nil }
      return ParameterType.convert(.string(text), to: type)
    }
    return converted.count == values.count ? converted : nil
  }
}

extension String {
  /// Without blanks at both ends.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
