import RecipeLanguage

package enum Plot: Verb {
  /// The losses of the last training.
  static let loss = "loss"

  package static let subject = Argument.requiredValue(
    "subject", .either([.word([loss]), .any]), "a list of numbers, or the word loss")

  package static let declaration = VerbDeclaration(
    "plot", "draws a list of numbers, or the losses of the last training",
    arguments: [subject], fields: [], examples: ["plot [3, 2, 1.5, 1.2]"],
    related: ["train", "show"])

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.plot(call)
  }
}

extension Session {
  func plot(_ call: VerbCall) throws(VerbFailure) -> Value {
    let subject = call[Plot.subject]
    if subject == .word(Plot.loss) {
      guard let curve = state.adapter?.curve, !curve.losses.isEmpty else {
        throw VerbFailure(
          "E0421", "there are no losses yet", argument: Plot.subject, help: "train first")
      }
      onEvent(.curve(curve))
      return .none
    }
    guard case .list(let values) = subject, !values.isEmpty,
      values.allSatisfy({ $0.number != nil })
    else {
      throw VerbFailure(
        "E0422", "`plot` draws a list of numbers or the word loss, not this \(subject.typeName)",
        argument: Plot.subject, help: "for example plot loss, or plot runs.perplexity")
    }
    onEvent(
      .curve(
        TrainingCurve(
          losses: values.enumerated().map {
            TrainingCurve.Point(step: $0 + 1, loss: $1.number ?? .nan)
          }, evaluations: [])))
    return .none
  }
}
