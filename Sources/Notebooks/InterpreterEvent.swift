import Diagnostics
import RecipeLanguage

/// What running a recipe tells, in order.
package enum InterpreterEvent: Sendable {
  /// A statement begins; its text without what surrounds it.
  case started(cell: Int, line: Int, source: String)
  /// Markdown from `##` lines.
  case prose(String)
  case value(ValueEvent)
  case diagnostic(Diagnostic)
  /// One line that a person should know and that no value holds.
  case notice(String)
  /// The user stopped a loop; what it had made by then is its value. The text says how much.
  case cutShort(String)
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
  /// Whether people asked not to see it (`let`, or a trailing `;`).
  package let isSilent: Bool
}
