import Diagnostics

/// A verb with the values of its arguments.
package struct VerbCall: Sendable {
  package let verb: VerbDeclaration
  /// What the recipe wrote out, by name.
  package let given: [String: Value]
  /// The verb and its arguments.
  package let range: SourceRange
  /// Where each given argument's value stands.
  package let ranges: [String: SourceRange]
  /// The name under which the recipe or prompt will find the value, such as `_7`; nil if there is none.
  package let valueName: String?

  package init(
    verb: VerbDeclaration, given: [String: Value], range: SourceRange,
    ranges: [String: SourceRange], valueName: String? = nil
  ) {
    self.verb = verb
    self.given = given
    self.range = range
    self.ranges = ranges
    self.valueName = valueName
  }

  /// The argument as its declaration types it: what was given, else the declared default.
  package subscript<Read>(argument: Argument<Read>) -> Read {
    argument.read(given[argument.name] ?? argument.declaration.defaultValue)
  }

  /// Whether the recipe wrote the argument out.
  package func has(_ argument: some DeclaredArgument) -> Bool { given[argument.name] != nil }

  /// The call with the arguments of an earlier one of the same verb wherever it names none itself.
  package func inheriting(from earlier: [String: Value]) -> VerbCall {
    var inherited = earlier
    for names in verb.alternatives where names.contains(where: { given[$0] != nil }) {
      for name in names { inherited[name] = nil }
    }
    return VerbCall(
      verb: verb, given: inherited.merging(given) { $1 }, range: range, ranges: ranges,
      valueName: valueName)
  }
}

extension VerbCall: ArgumentFacts {
  package func isGiven(_ name: String) -> Bool { given[name] != nil }

  package func word(_ name: String) -> String? {
    if case .word(let word)? = given[name] { word } else { nil }
  }

  package func isRecord(_ name: String) -> Bool {
    if case .record? = given[name] { true } else { false }
  }
}
