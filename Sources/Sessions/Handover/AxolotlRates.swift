import Files
import Models
import RecipeLanguage
import Training

/// The learning rates of `lr_groups` as Axolotl 0.19 has them (`create_optimizer_grouped_parameters`): one for the
/// embedding, the head and modules that are saved themselves, groups by parts of paths for the rest, and none for what
/// does not decay.
struct AxolotlRates {
  /// Keys of its configuration.
  private(set) var settings: [(String, JSONValue)] = []
  /// What it cannot be told, as a clause.
  private(set) var obstacle: String?
  /// What it does otherwise where modules have rates of their own, as a sentence.
  private(set) var note: String?

  private let layout: AdapterLayout
  /// That of modules without one of their own.
  private let common: Double
  private let own: [ModulePlace: Double]

  /// - Parameter call: the training.
  init(of call: VerbCall, _ layout: AdapterLayout) throws(VerbFailure) {
    self.layout = layout
    common = call[Train.learningRate]
    own = try call.ownRates(of: layout)
    guard !own.isEmpty else { return }
    let tables = layout.entries.filter(isTable)
    let others = layout.entries.filter { !isTable($0) }
    if let entry = others.first(where: {
      ($0.place.norm != nil || $0.hasBias) && rate(of: $0) != common
    }) {
      obstacle = "no rate for \(path(of: entry)), whose norm or bias does not decay"
    }
    if !tables.isEmpty, call[Train.weightDecay] > 0 {
      note =
        "Beside rates of modules Axolotl decays neither embedding, head nor modules that are saved themselves."
    }
    settleTables(Set(tables.map(rate)))
    settleGroups(others.filter { rate(of: $0) != common })
  }

  private func rate(of entry: AdapterLayout.Entry) -> Double { own[entry.place] ?? common }

  private func path(of entry: AdapterLayout.Entry) -> String { layout.model.path(at: entry.place) }

  /// Whether Axolotl counts it among embeddings, by its name or since it is saved whole.
  private func isTable(_ entry: AdapterLayout.Entry) -> Bool {
    let path = path(of: entry)
    return entry.isSaved && entry.tokens.isEmpty || path.contains("embed_tokens")
      || path.contains("lm_head")
  }

  private mutating func settleTables(_ rates: Set<Double>) {
    guard rates != [common], let rate = rates.first else { return }
    if rates.count > 1 {
      obstacle = "one rate for the embedding, the head and saved modules, not \(rates.count)"
    } else if rate == 0 {
      obstacle = "no rate of 0 for the embedding, the head and saved modules"
    } else {
      settings.append(("embedding_lr", .double(rate)))
    }
  }

  private mutating func settleGroups(_ entries: [AdapterLayout.Entry]) {
    var groups: [(rate: Double, modules: [String])] = []
    for entry in entries {
      // the dot behind it, so that layers.1 is not layers.10
      let module = path(of: entry) + "."
      if let index = groups.firstIndex(where: { $0.rate == rate(of: entry) }) {
        groups[index].modules.append(module)
      } else {
        groups.append((rate(of: entry), [module]))
      }
    }
    guard !groups.isEmpty else { return }
    let values = groups.enumerated().map { index, group -> JSONValue in
      [
        "name": .string("group\(index + 1)"), "lr": .double(group.rate),
        "modules": .array(group.modules.map { .string($0) }),
      ]
    }
    settings.append(("lr_groups", .array(values)))
  }
}
