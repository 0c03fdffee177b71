import Hubs
import Models
import RecipeLanguage
import Tensors
import Training

/// Everything that verbs read and extend. A value: `for` and `:undo` keep copies, which share models,
/// adapters and data.
package struct SessionState: Sendable {
  package var model: ModelInUse?
  /// By name; training replaces an adapter by a trained copy and never changes one in place.
  package var adapters: [String: AdapterInUse] = [:]
  /// The adapter that train, eval and generate use; nil is the bare base.
  package var activeAdapter: String?
  package var data: DataInUse?
  /// What made the model and the data.
  package var preparation = Preparation()
  /// The root of all randomness.
  package var seed: UInt64 = 0

  package init() {}

  package var adapter: AdapterInUse? { activeAdapter.flatMap { adapters[$0] } }

  /// Takes note that a folder has an adapter now.
  mutating func markSaved(_ adapter: Adapter) {
    for (name, kept) in adapters where kept.adapter === adapter { adapters[name]?.isSaved = true }
  }

  /// Assigns a name to `adapter` and activates it. An adapter that had the name, was trained here and is not
  /// saved is kept under a new name, which is returned.
  mutating func give(_ name: String, to adapter: AdapterInUse) -> String? {
    defer {
      adapters[name] = adapter
      activeAdapter = name
    }
    guard var before = adapters[name], before.isTrainedHere, !before.isSaved else { return nil }
    var number = 1
    while adapters["\(name)-\(number)"] != nil { number += 1 }
    before.name = "\(name)-\(number)"
    adapters[before.name] = before
    return before.name
  }
}

/// A loaded model and what `quantize` made of it.
package struct ModelInUse: Sendable {
  /// As written in the recipe.
  package let source: String
  /// As the file has it; `quantize` always starts here.
  package let loaded: LoadedModel
  package var decoder: DecoderModel
  /// The scheme of the last `quantize`, or nil.
  package var scheme: String?
  /// What that `quantize` was given.
  package var quantization: Record?
  package let compute: Compute
  /// The base that `merge` made; nil for the weights of the file.
  var merged: BaseIdentity?

  /// The base that adapters made now belong to.
  var identity: BaseIdentity { merged ?? loaded.identity }

  /// What loads the same bytes for good: of a model of the hub its name with the commit, else `source`.
  package var pinnedSource: String {
    guard let reference = HubReference(source), let commit = HubName.commit(of: loaded.path) else {
      return source
    }
    return reference.text(at: commit)
  }

  /// Its name and, where it was quantized here, how.
  var description: String { identity.name + (scheme.map { " in \($0)" } ?? "") }
}

/// An adapter with its name and history.
package struct AdapterInUse: Sendable {
  /// What an adapter is called that nobody named.
  static let standardName = "default"

  package fileprivate(set) var name: String
  package let adapter: Adapter
  /// The base it was made on. Saving uses this base's row order and name, even if another model has been
  /// loaded since.
  let base: BaseIdentity
  /// The quantization of the base in its last training, such as `nf4`; nil if it was used as stored.
  var trainedOn: String?
  /// Optimizer steps that made it.
  package var steps: Int
  /// Whether some of those steps were made in this session.
  var isTrainedHere = false
  /// Whether its current weights are saved in a folder.
  var isSaved = false
  /// Rows that it was trained on.
  var rows = TrainedRows()
  /// The lines of this session that trained it, in their order.
  var trainedBy: [String] = []
  /// Losses of the last training, a step each, and evaluations as (step, loss).
  package var curve: TrainingCurve?

  var files: AdapterFolder {
    AdapterFolder(model: base.description, baseModel: base.reference)
  }

  func card(with pool: WorkerPool) -> AdapterCard {
    AdapterCard(
      base: .init(base, with: pool), quantization: trainedOn, steps: steps, rows: rows,
      form: adapter.configuration.form)
  }
}

/// The losses of one run, for charts.
package struct TrainingCurve: Sendable, Equatable {
  package struct Point: Sendable, Equatable {
    package let step: Int
    package let loss: Double

    package init(step: Int, loss: Double) {
      self.step = step
      self.loss = loss
    }
  }

  package private(set) var losses: [Point]
  package private(set) var evaluations: [Point]

  package init(losses: [Point], evaluations: [Point]) {
    self.losses = losses
    self.evaluations = evaluations
  }

  mutating func add(_ event: TrainingEvent) {
    switch event {
    case .stepped(let step): losses.append(Point(step: step.step, loss: step.loss))
    case .evaluated(let step, let loss): evaluations.append(Point(step: step, loss: loss))
    case .started, .evaluating: break
    }
  }
}

/// A dataset with its parts.
package struct DataInUse: Sendable {
  package let dataset: Dataset
  package var split: DatasetSplit?

  /// The rows of a part; without a split everything is `train`.
  package func rows(_ part: DatasetSplit.Part) -> [Int] {
    guard let split else { return part == .train ? Array(dataset.tokenized.indices) : [] }
    return split[part: part]
  }

  package func examples(_ part: DatasetSplit.Part) -> TokenizedRows {
    dataset.tokenized.choosing(rows(part))
  }
}
