import Tensors

/// The shape and strength of a low-rank adapter (LoRA, arXiv 2106.09685): y = W·x + scale · B·A·x.
package struct LoRAConfiguration: Sendable, Equatable {
  package var rank: Int
  package var alpha: Double
  /// Probability that an input of A is dropped while training.
  package var dropout: Float
  package var targets: [LinearRole]
  /// The tables beside the blocks that get an adapter.
  package var tables: Set<TokenTable> = []
  /// The blocks that get an adapter; nil means all.
  package var layers: [Int]?
  /// The layers that get one, where these are others in one block than in another; nil where `targets` and
  /// `layers` say it all.
  package var only: Set<ModulePlace>?
  /// Ranks of layers that have another than the rest, and alphas.
  package var ranks: [ModulePlace: Int] = [:]
  package var alphas: [ModulePlace: Double] = [:]
  /// Whether the scale is alpha/√rank (rsLoRA, arXiv 2312.03732) instead of alpha/rank.
  package var isRankStabilized: Bool
  /// The modules that are trained and saved themselves, in place of a pair (PEFT's `modules_to_save`).
  package var saved: Set<ModulePlace> = []
  /// The tokens whose rows of a table are trained, in the order of files (PEFT's `trainable_token_indices`).
  package var tokens: [TokenTable: [Int]] = [:]
  /// Whether an embedding that is trained itself stays the head of a model for which both are one matrix (PEFT's
  /// `ensure_weight_tying`).
  package var ensuresTying = false
  /// Which biases of the frozen layers are trained too.
  package var biases = TrainedBiases.none
  /// Whether the lengths of the rows of W + scale · B·A are learnt apart from their directions (DoRA, arXiv
  /// 2402.09353).
  package var isWeightDecomposed = false
  /// What its two factors are.
  package private(set) var form = Form.lowRank

  /// What the factors of an adapter are; files name it.
  package enum Form: String, Sendable {
    /// Both are trained.
    case lowRank = "low_rank"
    /// A is the identity and stays so, so that B is a whole change ΔW of the matrix: full fine-tuning.
    case whole = "whole_matrices"
    /// The second half of each rank is what the first half started as, subtracted and never trained. An adapter
    /// whose start is not zero (PiSSA, OLoRA) answers as the model without it that way, and stays one of the base as
    /// it is on the disk, where PEFT changes the base.
    case besideStart = "beside_start"
  }

  package var isWhole: Bool { form == .whole }

  package init(
    rank: Int = 8, alpha: Double = 16, dropout: Float = 0,
    targets: [LinearRole] = LinearRole.allCases, layers: [Int]? = nil,
    isRankStabilized: Bool = false
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targets = targets.sorted()
    self.layers = layers
    self.isRankStabilized = isRankStabilized
  }

  /// A whole change of each of the layers that are chosen: of rank `inputs`, and of scale 1.
  package init(wholeMatrices chosen: Set<ModulePlace>, of model: DecoderDescription) {
    self.init(rank: 1, alpha: 1)
    choose(chosen, of: model)
    form = .whole
    for place in model.places(of: self) {
      let inputs = model.shape(at: place).inputs
      ranks[place] = inputs
      alphas[place] = Double(inputs)
    }
    rank = ranks.values.min() ?? rank
    alpha = Double(rank)
    ranks = ranks.filter { $0.value != rank }
    alphas = alphas.filter { $0.value != alpha }
  }

  /// The same with room for the start beside what is trained: twice the ranks, at the same scales.
  package func besideStart() -> LoRAConfiguration {
    var result = self
    let growth = isRankStabilized ? 2.0.squareRoot() : 2
    result.rank *= 2
    result.alpha *= growth
    result.ranks = ranks.mapValues { $0 * 2 }
    result.alphas = alphas.mapValues { $0 * growth }
    result.form = .besideStart
    return result
  }

  /// The same in another form; nil where its ranks or scales are not those of one.
  package func taking(_ form: Form, of model: DecoderDescription) -> LoRAConfiguration? {
    var result = self
    result.form = form
    let entries = AdapterLayout(configuration: result, model: model).entries
    let fits =
      switch form {
      case .lowRank: true
      case .whole:
        !isWeightDecomposed && entries.allSatisfy { $0.rank == $0.inputs && $0.scale == 1 }
      case .besideStart: !isWeightDecomposed && entries.allSatisfy { $0.rank.isMultiple(of: 2) }
      }
    return fits ? result : nil
  }

  /// The scale of layers that are no exception.
  package var scale: Float { scale(rank: rank, alpha: alpha) }

  private func scale(rank: Int, alpha: Double) -> Float {
    Float(isRankStabilized ? alpha / Double(rank).squareRoot() : alpha / Double(rank))
  }

  /// The tables that answer otherwise than the base's.
  package var changedTables: Set<TokenTable> {
    tables.union(saved.compactMap(\.table)).union(tokens.keys)
  }

  /// Whether what is trained of the embedding is the head's as well: rows of tokens always stay in both, unless the
  /// head has some of its own.
  package func tiesTables(of model: DecoderDescription) -> Bool {
    guard model.tiesHead else { return false }
    let tiesRows = tokens[.embedding] != nil && tokens[.head] == nil
    return tiesRows || ensuresTying && saved.contains(.table(.embedding))
  }

  /// Whether a pair stands beside a place.
  package func includes(_ place: ModulePlace) -> Bool {
    switch place {
    case .norm: false
    case .table(let table): tables.contains(table)
    case .block(let layer, let role):
      only?.contains(place) ?? (targets.contains(role) && (layers?.contains(layer) ?? true))
    }
  }

  /// Whether the bias at a place is trained.
  func trainsBias(at place: ModulePlace, of model: DecoderDescription) -> Bool {
    if saved.contains(place) { return model.hasBias(at: place) }
    return switch biases {
    case .none: false
    case .ofAdapted: includes(place) && model.hasBias(at: place)
    case .all: model.hasBias(at: place)
    }
  }

  package func rank(of place: ModulePlace) -> Int { ranks[place] ?? rank }
  package func alpha(of place: ModulePlace) -> Double { alphas[place] ?? alpha }
  package func scale(of place: ModulePlace) -> Float {
    scale(rank: rank(of: place), alpha: alpha(of: place))
  }

  /// Takes the layers and tables that are chosen.
  ///
  /// - Parameter chosen: at least one, of the model's.
  package mutating func choose(_ chosen: Set<ModulePlace>, of model: DecoderDescription) {
    precondition(!chosen.isEmpty, "no layer of \(model.sizes.layers) blocks is chosen")
    tables = Set(chosen.compactMap(\.table))
    let blocks = chosen.filter { $0.table == nil }
    let adapted = Set(blocks.compactMap(\.layer)).sorted()
    targets = Set(blocks.compactMap(\.role)).sorted()
    layers = adapted.isEmpty || adapted.count == model.sizes.layers ? nil : adapted
    only = blocks.count == adapted.count * targets.count ? nil : blocks
  }
}
