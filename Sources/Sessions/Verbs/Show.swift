import RecipeLanguage

package enum Show: Verb {
  package static let subject = Argument.requiredValue("subject", .any, "any value")

  package static let declaration = VerbDeclaration(
    "show", "prints a value whole",
    arguments: [subject], fields: [], examples: ["show [1, 2, 3]"], related: ["plot", "compare"],
    foreign: ["print"],
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
    call[Show.subject]
  }
}
