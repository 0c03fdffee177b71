import Diagnostics

/// Why an expression or a command has no value: where, what is wrong and what to write instead.
package struct EvaluationError: Error, Sendable {
  package var code: String
  package var message: String
  package var range: SourceRange
  /// The few words under the carets.
  package var label: String
  package var notes: [String]
  package var help: String?

  package init(
    _ code: String, _ message: String, at range: SourceRange, label: String = "",
    notes: [String] = [], help: String? = nil
  ) {
    self.code = code
    self.message = message
    self.range = range
    self.label = label
    self.notes = notes
    self.help = help
  }

  /// The error as it is shown, in the text that it came from.
  package func diagnostic(in source: SourceText) -> Diagnostic {
    Diagnostic(
      code, message, at: Label(source, range, label), notes: notes, help: help)
  }
}

extension EvaluationError {
  /// A field that a record, or the rows of a table, do not have.
  static func unknownField(
    _ name: Name, of parent: String, among names: [String]
  ) -> EvaluationError {
    EvaluationError(
      "E0506", "\(parent) has no field `\(name.text)`", at: name.range, label: "no such field",
      notes: ["its fields are \(names.joined(separator: ", "))"],
      help: NearestName.question(for: name.text, among: names))
  }
}
