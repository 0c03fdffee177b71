import Diagnostics
import RecipeLanguage

/// What a session and who runs its verbs tell, in order.
package enum Event: Sendable {
  /// A statement begins; its text without what surrounds it.
  case started(cell: Int, line: Int, source: String)
  /// Markdown from `##` lines.
  case prose(String)
  /// How far long work is.
  case progress(Progress)
  /// A piece of generated text, whole characters only.
  case text(String)
  /// One line that a person should know and that no value holds.
  case notice(String)
  /// A picture; whether it only goes with the value of work that tells the same.
  case figure(Figure, goesWithValue: Bool)
  /// The user stopped the work at hand; what it had made by then is its value. The text says how much,
  /// where that was not said already; of a training, the step that it was stopped after.
  case cutShort(String? = nil, step: Int? = nil)
  /// A verb is done, or has failed.
  case finishedWork
  case value(ValueEvent)
  case diagnostic(Diagnostic)
  /// A statement is done.
  case finished(cell: Int, seconds: Double)
}

/// A value that a statement gave.
package struct ValueEvent: Sendable {
  package let cell: Int
  package let line: Int
  /// What stands for a verb in the event of one finished combination of a loop.
  package static let loopRow = "run"

  /// The verb, or nil for an expression or a loop.
  package let verb: String?
  /// The name that `let` bound it to.
  package let name: String?
  package let value: Value
  /// Whether people asked not to see it: a trailing `;`.
  package let isSilenced: Bool

  package init(
    cell: Int, line: Int, verb: String?, name: String?, value: Value, isSilenced: Bool
  ) {
    self.cell = cell
    self.line = line
    self.verb = verb
    self.name = name
    self.value = value
    self.isSilenced = isSilenced
  }

  /// Whether nobody waits for it at a prompt: it has a name to ask for it by, or was silenced.
  package var isSilent: Bool { isSilenced || name != nil }

  /// Whether a run or a document leaves it out: it was silenced, or is a name's value that no work gave.
  package var isPassedOver: Bool {
    if isSilenced || value == .none { return true }
    let isOfLoop = if case .table = value { true } else { false }
    return name != nil && verb == nil && !isOfLoop
  }
}
