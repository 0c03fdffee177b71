import Diagnostics
import RecipeLanguage
import Sessions

/// Brings the expectations of a recipe up to date with what a run has found, and leaves every other
/// byte of its text alone.
package struct ExpectationRecorder {
  /// One value that could be written.
  package struct Change: Sendable {
    package let line: Int
    /// What is expected, as the recipe writes it.
    package let subject: String
    /// The recorded value; nil where there is none.
    package let old: String?
    /// What would stand there.
    package let new: String
    /// The lines of the expectation as they are.
    package let oldLines: [String]
    /// The same lines with the new value.
    package let newLines: [String]
    fileprivate let edit: Edit
  }

  /// One expectation that stays as it is, and does not hold.
  package struct Remainder: Sendable {
    package let line: Int
    package let subject: String
    package let reason: String
  }

  fileprivate struct Edit {
    let range: SourceRange
    let text: String
  }

  /// In the order of the text.
  package private(set) var changes: [Change] = []
  package private(set) var remainders: [Remainder] = []
  private let source: SourceText

  /// - Parameter outcomes: those of one run, of a text that is `source`.
  package init(_ outcomes: [ExpectationOutcome], in source: SourceText) {
    self.source = source
    let groups = Dictionary(grouping: outcomes) { $0.expectation.subject.range.lowerBound }
    for (place, outcomes) in groups.sorted(by: { $0.key < $1.key }) {
      guard let failed = outcomes.first(where: { !$0.holds }) else { continue }
      let isOne = outcomes.allSatisfy { Expectations.equal($0.actual, failed.actual) }
      switch isOne ? Self.edit(failed) : .failure(.init("its value differs between runs of a loop"))
      {
      case .success(let edit): changes.append(change(edit, of: failed.expectation.subject.range))
      case .failure(let reason):
        let subject = source.text(in: failed.expectation.subject.range)
        let line = source.line(at: place)
        remainders.append(Remainder(line: line, subject: subject, reason: reason.text))
      }
    }
  }

  /// The text with some of the changes.
  package func bytes(accepting changes: [Change]) -> [UInt8] {
    Self.apply(changes.map(\.edit), to: source.bytes)
  }

  private func change(_ edit: Edit, of subject: SourceRange) -> Change {
    let first = source.line(at: subject.lowerBound)
    let start = source.range(ofLine: first).lowerBound
    let end = source.range(ofLine: source.line(at: edit.range.upperBound)).upperBound
    let before = source.text(in: SourceRange(start, edit.range.lowerBound))
    let old = source.text(in: edit.range)
    let after = source.text(in: SourceRange(edit.range.upperBound, end))
    return Change(
      line: first, subject: source.text(in: subject), old: old.isEmpty ? nil : old,
      new: String(edit.text.drop { $0 == " " }), oldLines: Self.lines(before + old + after),
      newLines: Self.lines(before + edit.text + after), edit: edit)
  }

  private static func lines(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
  }

  private struct Reason: Error {
    let text: String
    init(_ text: String) { self.text = text }
  }

  private static func edit(_ outcome: ExpectationOutcome) -> Result<Edit, Reason> {
    let cannotBeWritten = Reason(
      "\(outcome.actual.typeName.withArticle) cannot be recorded; expect one of its fields")
    switch outcome.expectation.check {
    case .matches: return .failure(Reason("a pattern is the author's to change"))
    case .unrecorded:
      let end = outcome.expectation.subject.range.upperBound
      guard let check = RecordedValue.expectation(of: outcome.actual) else {
        return .failure(cannotBeWritten)
      }
      return .success(Edit(range: SourceRange(at: end), text: " " + check))
    case .equals(let old):
      guard old.isWritten else { return .failure(Reason("its right side is computed")) }
      guard let text = RecordedValue.exact(outcome.actual) else {
        return .failure(cannotBeWritten)
      }
      return .success(Edit(range: old.range, text: text))
    case .near(let old, let tolerance):
      let limit = ParameterValue.literal(outcome.source.text(in: tolerance.range))
      guard old.isWritten, let limit else {
        return .failure(Reason("its right side is computed"))
      }
      let text = RecordedValue.number(
        outcome.actual, replacing: outcome.source.text(in: old.range), within: limit)
      guard let text else { return .failure(cannotBeWritten) }
      return .success(Edit(range: old.range, text: text))
    }
  }

  /// Edits are in order and do not overlap.
  private static func apply(_ edits: [Edit], to bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var offset = 0
    for edit in edits {
      result += bytes[offset..<edit.range.lowerBound]
      result += Array(edit.text.utf8)
      offset = edit.range.upperBound
    }
    return result + bytes[offset...]
  }
}

extension Expression {
  /// Whether the value stands in the text itself, as a recorded value does.
  fileprivate var isWritten: Bool {
    switch kind {
    case .integer, .float, .percent, .duration, .size, .boolean, .none, .text: true
    case .string(let literal): literal.plainText != nil
    case .name(let name): VerbCatalog.standard.words.contains(name)
    case .unary(.minus, let operand): operand.isWritten
    case .list(let elements): elements.allSatisfy(\.isWritten)
    default: false
    }
  }
}
