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
  /// A name that is none of those known. Where some are near, the help asks for one of them and a note
  /// lists all; else the help lists all.
  ///
  /// - Parameters:
  ///   - title: what stands before the list, such as `the commands are`.
  ///   - habits: names of other tools with those among the known ones that mean the same.
  ///   - more: what may follow the list where it is the help.
  init(
    unknown name: Name, _ code: String, _ message: String, label: String = "", title: String,
    among known: [String], habits: [String: String] = [:], more: String = ""
  ) {
    let list = "\(title) \(known.joined(separator: ", "))"
    if let meant = habits[name.text], known.contains(meant) {
      self.init(
        code, message, at: name.range, label: label, help: "it is called `\(meant)` here")
      return
    }
    let question = NearestName.question(for: name.text, among: known)
    self.init(
      code, message, at: name.range, label: label, notes: question == nil ? [] : [list],
      help: question ?? (known.isEmpty ? nil : list + more))
  }

  /// A condition that should hold and does not, with its author's words.
  package static func failedAssertion(
    at range: SourceRange, message: String?
  ) -> EvaluationError {
    EvaluationError(
      "E0701", "assertion failed" + (message.map { ": " + $0 } ?? ""), at: range,
      label: "this is false")
  }

  /// A field that a record, or the rows of a table, do not have.
  static func unknownField(
    _ name: Name, of parent: String, among names: [String]
  ) -> EvaluationError {
    EvaluationError(
      unknown: name, "E0506", "\(parent) has no field `\(name.text)`", label: "no such field",
      title: "its fields are", among: names)
  }

  /// The code of a comparison with NaN, which says nothing: a failed run, not a mistake in the recipe.
  package static let notANumberCode = "E0509"

  /// A value that is NaN where it would be compared.
  static func notANumber(at range: SourceRange, _ other: String) -> EvaluationError {
    EvaluationError(
      notANumberCode, "NaN cannot be compared with \(other): it is not a number", at: range,
      label: "this is NaN", help: "find out where it comes from; `finite` of a result tells of it")
  }

  /// A function that there is none of.
  static func unknownFunction(_ name: Name) -> EvaluationError {
    EvaluationError(
      unknown: name, "E0508", "there is no function `\(name.text)`", label: "not a function",
      title: "the functions are", among: PureFunction.allCases.map(\.rawValue))
  }

  /// A number, a duration and a size beside each other, which nothing can be made of.
  static func differentQuantities(
    _ sign: BinaryOperator, _ first: StaticType, _ second: StaticType, at range: SourceRange
  ) -> EvaluationError {
    let unit = [first, second].contains(.duration) ? "5s" : "5MB"
    return EvaluationError(
      "E0502",
      "`\(sign.rawValue)` cannot join \(first.name.withArticle) and \(second.name.withArticle)",
      at: range, label: "this is \(second.name.withArticle)",
      help: first.isNumber || second.isNumber ? "give the number its unit, such as \(unit)" : nil)
  }
}
