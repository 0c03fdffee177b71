import Diagnostics
import RecipeLanguage

/// A verb with its arguments: given ones and, for the rest, the catalog's defaults.
package struct VerbCall: Sendable {
  package let verb: VerbDeclaration
  /// By name. Arguments without a value are missing.
  package let arguments: [String: Value]
  /// The names that the recipe wrote out.
  package let given: Set<String>
  /// The verb and its arguments.
  package let range: SourceRange
  /// Where each given argument's value stands.
  package let ranges: [String: SourceRange]
  /// The name under which the recipe or prompt will find the value, such as `_7`; nil if there is none.
  package let valueName: String?

  package init(
    verb: VerbDeclaration, arguments: [String: Value], given: Set<String>, range: SourceRange,
    ranges: [String: SourceRange], valueName: String? = nil
  ) {
    self.verb = verb
    self.arguments = arguments
    self.given = given
    self.range = range
    self.ranges = ranges
    self.valueName = valueName
  }

  /// The call with the arguments of an earlier one of the same verb wherever it names none itself.
  func inheriting(from earlier: VerbCall) -> VerbCall {
    var inherited = earlier.arguments
    for names in verb.alternatives where !given.isDisjoint(with: names) {
      for name in names { inherited[name] = nil }
    }
    let own = arguments.filter { given.contains($0.key) }
    return VerbCall(
      verb: verb, arguments: inherited.merging(own) { $1 },
      given: given.union(earlier.given.intersection(inherited.keys)), range: range, ranges: ranges,
      valueName: valueName)
  }
}

/// Why a verb could not do its work.
package struct VerbFailure: Error, Sendable {
  /// Which exit code a failed run has.
  package enum Kind: Sendable {
    /// The work itself failed.
    case failed
    /// An input file is missing or malformed.
    case input
    /// The user stopped it.
    case interrupted
  }

  package var code: String
  package var message: String
  /// The argument at fault, to point at it.
  package var argument: String?
  package var help: String?
  package var notes: [String]
  package var kind: Kind

  package init(
    _ code: String, _ message: String, argument: String? = nil, help: String? = nil,
    notes: [String] = [], kind: Kind = .failed
  ) {
    self.code = code
    self.message = message
    self.argument = argument
    self.help = help
    self.notes = notes
    self.kind = kind
  }
}

extension VerbFailure {
  /// A model whose scores of the next token are NaN or infinite has nothing to say.
  static func scoresAreNotFinite(after tokens: Int) -> VerbFailure {
    VerbFailure(
      "E0410",
      "the model's scores of the next token are NaN or infinite "
        + (tokens == 0 ? "from the first on" : "after \(tokens) tokens"),
      help: "the model or the adapter has weights that are not numbers, or far too large: "
        + "`use base` goes without the adapter")
  }
}

/// What runs verbs: the session with its engine, or a recorder in tests.
package protocol VerbExecutor: AnyObject {
  associatedtype State
  /// The verbs that can be run.
  var verbs: Set<String> { get }
  func execute(_ call: VerbCall) throws(VerbFailure) -> Value
  /// Everything that verbs read and change, to return to later.
  var state: State { get set }
  /// What a run that ends now would be remembered by.
  func currentReference() -> ObjectReference?
}
