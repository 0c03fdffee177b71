import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions

/// What a learner's command did, for the expressions of a lesson: `value`, `verb`, `arguments`, `adapter`, `scheme`,
/// and every name of the session.
struct LessonOutcome {
  /// The last command that ran; nil where none did.
  var call: VerbCall?
  /// What the cell gave.
  var value: Value = .none
  let notebook: Notebook

  init(_ notebook: Notebook) {
    self.notebook = notebook
  }

  /// Whether a condition holds; one that has no value, as a field that is not there, does not hold.
  func holds(_ condition: LessonExpression) -> Bool {
    (try? evaluator.value(condition.expression)) == .bool(true)
  }

  func value(of expression: LessonExpression) -> Value? {
    try? evaluator.value(expression.expression)
  }

  /// A sentence with the values of its `{expressions}`; one that has none stays as it is written.
  func filled(_ sentence: String) -> String {
    var result = ""
    var rest = sentence[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let inside = String(rest[rest.index(after: open)..<close])
      result += rest[..<open]
      if let expression = try? LessonExpression(inside), let value = value(of: expression) {
        result += value.display
      } else {
        result += "{\(inside)}"
      }
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  private var evaluator: Evaluator {
    Evaluator(
      verbs: .standard, variable: { variable($0) },
      run: { (command) throws(EvaluationError) in
        throw EvaluationError("E0600", "a lesson's expression runs no command", at: command.range)
      })
  }

  private func variable(_ name: String) -> Value? {
    switch name {
    case "value": value
    case "verb": .string(call?.verb.name ?? "")
    case "arguments": .record(arguments)
    case "adapter": notebook.session.state.adapterFacts.map { .record($0) } ?? Value.none
    case "scheme": notebook.session.state.scheme
    default: notebook.interpreter.environment[name]
    }
  }

  /// Those of the last command, with their defaults.
  private var arguments: Record {
    guard let call else { return Record() }
    return Record(
      call.verb.arguments.map { ($0.name, call.given[$0.name] ?? $0.defaultValue ?? .none) })
  }
}
