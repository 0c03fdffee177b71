import Diagnostics
import RecipeLanguage
import Sessions

/// How an expectation came out when it ran.
package struct ExpectationOutcome: Sendable {
  package let expectation: Expectation
  package let source: SourceText
  package let actual: Value
  package let holds: Bool
}

extension Interpreter {
  func assert(
    _ condition: Expression, message: StringLiteral?, _ statement: Statement
  ) throws(RunFailure) {
    let claim = try claim(condition)
    if claim.holds { return }
    let words = if let message { try text(message) } else { String?.none }
    var error = EvaluationError.failedAssertion(at: condition.range, message: words)
    for (side, value) in claim.sides where !isLiteral(side) {
      error.notes.append("\(source.text(in: side.range)) is \(value.display)")
    }
    throw RunFailure(kind: .failed, diagnostic: error.diagnostic(in: source))
  }

  private func isLiteral(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .integer, .float, .percent, .duration, .size, .boolean, .string: true
    case .field(let base, _), .index(let base, _): isLiteral(base)
    default: false
    }
  }

  /// Expectations that did not hold or have nothing to hold to; the recipe goes on, and has failed.
  package var failedExpectations: Int { expectations.count { !$0.holds } }

  func expect(_ expectation: Expectation) throws(RunFailure) {
    let actual = try evaluate(expectation.subject)
    let mismatch = try mismatch(of: actual, with: expectation)
    expectations.append(
      ExpectationOutcome(
        expectation: expectation, source: source, actual: actual, holds: mismatch == nil))
    if let mismatch { onEvent(.diagnostic(mismatch.diagnostic(in: source))) }
  }

  private func mismatch(
    of actual: Value, with expectation: Expectation
  ) throws(RunFailure) -> EvaluationError? {
    var error = EvaluationError(
      "E0702", "", at: expectation.subject.range,
      help: "if the new value is right, `skillet accept` records it")
    switch expectation.check {
    case .unrecorded: return unrecorded(actual, expectation)
    case .equals(let expected):
      let value = try evaluate(expected)
      if Expectations.equal(actual, value) { return nil }
      error.message = "expected \(value.display), and it is \(actual.display)"
    case .near(let expected, let tolerance):
      let (value, limit) = (try evaluate(expected), try evaluate(tolerance))
      if Expectations.near(actual, value, within: limit) { return nil }
      error.message =
        "expected \(value.display) within \(limit.display), and it is \(actual.display)"
    case .matches(let pattern):
      let glob = try text(pattern)
      if let text = actual.text, Expectations.matches(text, glob: glob) { return nil }
      error.help = "if the new text is right, write another pattern"
      error.message = "expected a text like \"\(glob)\", and it is \"\(actual.interpolated)\""
    }
    return error
  }

  /// `expect x` alone asks for its value to be recorded.
  private func unrecorded(_ actual: Value, _ expectation: Expectation) -> EvaluationError {
    let subject = source.text(in: expectation.subject.range)
    let help = RecordedValue.expectation(of: actual).map {
      "`skillet accept` writes it into the recipe:\nexpect \(subject) \($0)"
    }
    return EvaluationError(
      "E0703", "this expectation has no recorded value yet", at: expectation.subject.range,
      label: "now \(actual.display)", help: help ?? "expect a field that is a number or a text")
  }
}
