import RecipeLanguage
import Training

/// What a session holds besides names, a line a thing.
package struct SessionSummary {
  package let lines: [String]

  package init(_ state: SessionState) {
    var lines: [String] = []
    if let model = state.model {
      lines.append("model: \(model.source)" + (model.scheme.map { ", quantized \($0)" } ?? ""))
    }
    for adapter in state.adapters.values.sorted(by: { $0.name < $1.name }) {
      let use = adapter.name == state.activeAdapter ? ", in use" : ""
      lines.append("adapter \"\(adapter.name)\": \(adapter.steps) steps\(use)")
    }
    if let data = state.data {
      let parts = DatasetSplit.Part.allCases.compactMap { part -> String? in
        let count = data.rows(part).count
        return count > 0 ? "\(part.rawValue) \(NumberText.grouped(count))" : nil
      }
      lines.append("data: \(parts.joined(separator: ", ")) rows")
    }
    lines.append("seed: \(state.seed)")
    self.lines = lines
  }
}
