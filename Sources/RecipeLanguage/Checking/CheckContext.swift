/// What a check may take as given.
package struct CheckContext: Sendable {
  /// The verbs that can be run.
  package let verbs: VerbCatalog
  /// Names bound before, as in the cells of a session.
  package var names: [String: Value] = [:]
  /// What the session has; nil leaves the order of commands unchecked.
  package var state: SessionShape? = SessionShape()
  /// Values given to parameters from outside.
  package var overrides: [String: Value] = [:]
  /// Whether the text is a cell of the prompt: `_` is known, a header is not missed and unused names
  /// may be used by later cells.
  package var isPrompt = false

  package init(verbs: VerbCatalog) {
    self.verbs = verbs
  }
}

/// What a session has, as far as the order of commands matters.
package struct SessionShape: Sendable, Equatable {
  package var has: Set<Need> = []
  /// The parts of the dataset that can be evaluated.
  package var parts: Set<DataPart> = []
  /// What was made, and is not in use now: adapters after `use base`.
  package var setAside: Set<Need> = []
  /// The name of an adapter of the model at hand, where it is known.
  package var adapterName: String?

  package init(has: Set<Need> = [], parts: Set<DataPart> = []) {
    self.has = has
    self.parts = parts
  }
}
