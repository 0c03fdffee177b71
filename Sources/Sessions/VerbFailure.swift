import RecipeLanguage

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
  package var argument: (any DeclaredArgument)?
  package var help: String?
  package var notes: [String]
  package var kind: Kind

  package init(
    _ code: String, _ message: String, argument: (any DeclaredArgument)? = nil, help: String? = nil,
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

extension VerbCall {
  /// Throws for an argument that means nothing beside the others.
  func requireUses() throws(VerbFailure) {
    guard let use = verb.misuses(in: self).first else { return }
    throw VerbFailure("E0213", use.message, argument: use.argument, help: use.help)
  }
}
