import RecipeLanguage

/// A verb: what the language knows of it, and what it does. Each has a file of its own and a row in
/// `VerbCatalog.verbs`.
package protocol Verb: SendableMetatype {
  static var declaration: VerbDeclaration { get }
  static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value
}

extension Verb {
  package static var name: String { declaration.name }
}

extension VerbCatalog {
  /// In the order in which help shows them.
  static let verbs: [any Verb.Type] = [
    Load.self, Quantize.self, LoRA.self, Unfreeze.self, Use.self, ReadDataset.self, Split.self,
    Head.self,
    Describe.self, Seed.self, Tokenize.self, Train.self, Eval.self, Answers.self, Perplexity.self,
    Generate.self, Combine.self, Unload.self, Save.self, Merge.self, Export.self, Inspect.self,
    Judge.self, Compare.self,
    Show.self, Plot.self,
  ]

  /// The verbs of sessions.
  package static let standard = VerbCatalog(
    verbs.map { $0.declaration },
    freeWords: [
      "base", "model", "data", "adapter", "valid", "test", "default", "text", "all", "loss",
      "messages", "attention", "worst", "mistral", "phi", "deepseek", "koala", "pissa", "olora",
      "loftq", "eva", "segments", "lowest", "highest",
    ])

  static let bodies = Dictionary(uniqueKeysWithValues: verbs.map { ($0.name, $0) })
}
