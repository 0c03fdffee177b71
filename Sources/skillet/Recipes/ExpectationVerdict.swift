import Notebooks

/// What became of one expectation that a run found broken or without a value.
struct ExpectationVerdict {
  enum Decision: String {
    case accepted, rejected, skipped
    /// Nobody was asked, or there is no value that could be recorded.
    case pending
  }

  let file: String
  let line: Int
  let subject: String
  let old: String?
  let new: String?
  let decision: Decision
  /// Why no value can be recorded.
  let reason: String?

  init(_ change: ExpectationRecorder.Change, in file: String, _ decision: Decision) {
    self.file = file
    line = change.line
    subject = change.subject
    old = change.old
    new = change.new
    self.decision = decision
    reason = nil
  }

  init(_ rest: ExpectationRecorder.Remainder, in file: String) {
    self.file = file
    line = rest.line
    subject = rest.subject
    old = nil
    new = nil
    decision = .pending
    reason = rest.reason
  }
}
