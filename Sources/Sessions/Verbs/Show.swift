import RecipeLanguage

package enum Show: Verb {
  package static let subject = Argument.requiredValue("subject", .any, "any value")
  package static let run = Argument.value(
    "run", .either([.int(1...(.max)), .string]),
    "a run of before, by its number or its id in :runs, with all that is remembered of it")

  package static let declaration = VerbDeclaration(
    "show", "prints a value whole",
    arguments: [subject, run], fields: [], examples: ["show [1, 2, 3]"],
    related: ["plot", "compare"], foreign: ["print"], alternatives: [[subject, run]],
    details: """
      A record is shown as a card, a table in a box as wide as the terminal; :mode and --mode \
      choose other forms.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.show(call)
  }
}

extension Session {
  func show(_ call: VerbCall) throws(VerbFailure) -> Value {
    guard call.has(Show.run) else { return call[Show.subject] }
    return .record(try earlierRun(call[Show.run], named: Show.run))
  }
}
