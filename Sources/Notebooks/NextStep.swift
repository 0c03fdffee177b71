import RecipeLanguage
import Sessions

/// What could come next, said once a verb in a session: after `load`, `next: dataset …`.
package struct NextStep {
  private var said: Set<String> = []

  package init() {}

  /// The hint after a cell in which these commands ran; nil if there is nothing new to say.
  package mutating func hint(after verbs: [String], in shape: SessionShape) -> String? {
    let verb = verbs.reversed().lazy.compactMap { VerbCatalog.standard.verb(named: $0) }
      .first { $0.nextStep != nil }
    guard let verb, let text = verb.nextStep, said.insert(verb.name).inserted else { return nil }
    return "next: " + text(shape)
  }
}
