import RecipeLanguage

/// What runs verbs: the session with its engine, or a recorder in tests.
package protocol VerbExecutor: AnyObject {
  associatedtype State
  /// The verbs that can be run.
  var verbs: VerbCatalog { get }
  func execute(_ call: VerbCall) throws(VerbFailure) -> Value
  /// Everything that verbs read and change, to return to later.
  var state: State { get set }
  /// Whether a loop runs, behind which the state is again the one before it.
  var isInLoop: Bool { get set }
  /// Called with every event as it happens.
  var onEvent: (Event) -> Void { get set }
  /// Keeps the adapter in use for as long as the session lasts, so that a value can stand for it; nil if
  /// none is in use.
  func rememberAdapter() -> ObjectReference?
}
