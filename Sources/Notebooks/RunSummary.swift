import RecipeLanguage

/// What a run of a recipe is told by afterwards: the figures that were measured last.
package struct RunSummary: Sendable {
  private var figures: [String: Value] = [:]

  /// In the order in which tables show them.
  private static let names = ["loss", "valid_loss", "perplexity", "token_accuracy"]
  private static let verbs: Set<String> = ["train", "eval", "perplexity"]

  package init() {}

  package mutating func record(_ event: InterpreterEvent) {
    guard case .value(let value) = event, let verb = value.verb, Self.verbs.contains(verb),
      case .record(let record) = value.value
    else { return }
    for field in record.fields where field.value != .none { figures[field.name] = field.value }
  }

  /// The fingerprint of the adapter that was trained last.
  package var adapter: Value? { figures["adapter_sha256"] }

  /// Losses and the like; empty where nothing was measured.
  package var metrics: [(name: String, value: Value)] {
    Self.names.compactMap { name in figures[name].map { (name, $0) } }
  }
}
