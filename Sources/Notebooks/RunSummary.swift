import RecipeLanguage
import Sessions

/// What a run of a recipe is told by afterwards: the figures that were measured last.
package struct RunSummary: Sendable {
  private var figures: [String: Value] = [:]

  package init() {}

  package mutating func record(_ event: Event) {
    guard case .value(let value) = event,
      let verb = value.verb.flatMap({ VerbCatalog.standard.verb(named: $0) }), verb.measures,
      case .record(let record) = value.value
    else { return }
    for field in record.fields where field.value != .none { figures[field.name] = field.value }
  }

  /// The fingerprint of the adapter that was trained last.
  package var adapter: Value? { figures["adapter_sha256"] }

  /// Losses and the like; empty where nothing was measured.
  package var metrics: [(name: String, value: Value)] {
    VerbCatalog.standard.figures.compactMap { name in figures[name].map { (name, $0) } }
  }
}
