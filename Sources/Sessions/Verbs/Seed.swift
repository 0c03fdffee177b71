import RecipeLanguage

package enum Seed: Verb {
  package static let value = Argument.requiredInt("value", 0...Int.max, "any number")

  package static let declaration = VerbDeclaration(
    "seed", "sets the root of all randomness",
    arguments: [value],
    fields: [FieldDeclaration("seed", "int", "the root")],
    examples: ["seed 42"], related: ["split", "lora", "train"],
    details: """
      Every purpose (split, adapter start, order, dropout, sampling) draws from its own stream of
      the root, so adding one step never changes the numbers of another.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.seed(call)
  }
}

extension Session {
  func seed(_ call: VerbCall) throws(VerbFailure) -> Value {
    let value = call[Seed.value]
    state.seed = UInt64(value)
    return .record(Record([("seed", .int(value))]))
  }
}
