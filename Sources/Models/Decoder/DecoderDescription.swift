import Tensors

/// A decoder as data, in the field's terms: sizes, norms, positions, and the linear layers of a block by
/// role. `DecoderModel` executes it: training, prompts and decoding alike.
package struct DecoderDescription: Sendable, Equatable {
  /// `model_type` of transformers.
  package var architecture: String
  package var sizes: DecoderSizes
  package var norm: Norm.Kind
  package var normHasBias: Bool
  /// Whether norms multiply by weights; else a file has none of them.
  var normHasWeight = true
  package var normEpsilon: Float
  /// What is added to the weights of norms in the file, as Gemma's stand for 1 + w.
  var normOffset: Float = 0
  /// What is added to those of transformers' modules, whatever the file has.
  var moduleNormOffset: Float = 0
  package var normPlacement = NormPlacement.before
  /// Whether both sublayers of a block read its input, and their outputs are added to it together.
  package var isParallel = false
  /// Whether the feed-forward reads the norm that the attention reads.
  package var sharesNorm = false
  /// Whether a norm follows the embedding.
  package var normsEmbedding = false
  /// Whether a norm stands before the output head.
  package var normsOutput = true
  /// The width of the embedding and of what the head reads, where matrices lead to the hidden size and back.
  package var embeddingWidth: Int?
  /// Norms of queries and keys, where there are some.
  package var headNorms: HeadNormKind?
  package var positions: Positions
  /// Rows of a table of learned positions that stand before the first one.
  var positionOffset = 0
  /// How rotary pairs lie in transformers' weights.
  var nativePairing = RotaryEmbedding.Pairing.halves
  /// How transformers' one matrix for queries, keys and values is cut.
  var fusion = FusedOrder.sideBySide
  /// Those of layers with a window, where they are others.
  package var windowPositions: Positions?
  /// Layers whose queries and keys stand for no place.
  package var unturnedLayers: Set<Int> = []
  /// How many tokens each layer sees, nil for all; empty where every layer sees all.
  package var windows: [Int?] = []
  package var scales = DecoderScales()
  /// Whether scores are divided by the number of their layer besides, counted from 1.
  var dividesScoresByLayer = false
  package var activation: FeedForwardActivation
  /// The linear layers of a block.
  package var linears: [LinearModule]
  /// The token whose row of the embedding gets no gradient, where a folder of transformers has one.
  package var paddingToken: Int?
  /// Whether the output head is the embedding.
  package var tiesHead: Bool
  /// Whether the output head adds a bias.
  var headHasBias = false
  /// What the file calls the tensors that are no linear layers.
  var names: TensorNames
  /// What transformers calls them.
  var moduleNames: TensorNames
  /// The path of block n in transformers is this and n.
  package var blockPath: String
  /// The path of the embedding there.
  var embeddingPath: String
  /// That of the output head, of every family, whatever files call its tensor.
  static let headPath = "lm_head"

  /// How a token's place reaches the attention.
  package enum Positions: Sendable, Equatable {
    /// Queries and keys are turned (arXiv 2104.09864).
    ///
    /// - Parameters:
    ///   - factors: divisors of the frequencies that a file lists beside its scaling, or empty.
    ///   - dimensions: how many elements of a head turn, the first ones; nil for all.
    case rotary(
      base: Double, pairing: RotaryEmbedding.Pairing, scaling: RopeScaling, factors: [Float] = [],
      dimensions: Int? = nil)
    /// A row for each place is added to the token's embedding.
    case learned
    /// Scores of tokens further back become smaller (ALiBi, arXiv 2108.12409).
    case linearBiases(LinearBiases.Form)
  }

  /// What a norm of queries and keys runs over.
  package enum HeadNormKind: String, Sendable {
    /// The elements of each head.
    case head
    /// The elements of each head, by weights of its own.
    case headAlone = "head alone"
    /// All elements of a token.
    case token
  }
}

/// Constants that a model multiplies by, or caps with.
package struct DecoderScales: Sendable, Equatable {
  package var embedding: Float = 1
  /// Of the products of queries and keys; nil for 1 / sqrt(head size).
  package var attention: Float?
  package var attentionCap: Float?
  /// Of what each sublayer adds.
  package var residual: Float = 1
  package var logits: Float = 1
  package var logitCap: Float?

  package init() {}
}

/// The sizes of a decoder.
package struct DecoderSizes: Sendable, Equatable {
  package var hidden: Int
  package var layers: Int
  package var heads: Int
  package var keyValueHeads: Int
  package var head: Int
  package var intermediate: Int
  package var vocabulary: Int
  /// The most positions that the model was trained for.
  package var context: Int

  package init(
    hidden: Int, layers: Int, heads: Int, keyValueHeads: Int, head: Int, intermediate: Int,
    vocabulary: Int, context: Int
  ) {
    self.hidden = hidden
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.head = head
    self.intermediate = intermediate
    self.vocabulary = vocabulary
    self.context = context
  }

  /// Columns of all queries of a token.
  package var query: Int { heads * head }
  /// Columns of all keys, or of all values.
  package var keyValue: Int { keyValueHeads * head }

  /// Rows and columns of the layer with this role.
  func shape(of role: LinearRole) -> (outputs: Int, inputs: Int) {
    switch role {
    case .query: (query, hidden)
    case .key, .value: (keyValue, hidden)
    case .queryKeyValue: (query + 2 * keyValue, hidden)
    case .gateUp: (2 * intermediate, hidden)
    case .attentionOutput: (hidden, query)
    case .gate, .up: (intermediate, hidden)
    case .down: (hidden, intermediate)
    }
  }

  /// The first size that no model can have, as a sentence; nil if all fit together.
  var inconsistency: String? {
    let all = [
      ("hidden size", hidden), ("layer count", layers), ("attention head count", heads),
      ("key/value head count", keyValueHeads), ("head size", head),
      ("intermediate size", intermediate), ("vocabulary size", vocabulary),
      ("context length", context),
    ]
    for (name, size) in all where size < 1 || size > 1 << 24 { return "the \(name) is \(size)" }
    if heads % keyValueHeads != 0 {
      return "\(heads) attention heads cannot share \(keyValueHeads) key/value heads"
    }
    return nil
  }
}

extension DecoderDescription {
  /// The first thing that no model can have, as a sentence; nil if all fits together.
  var inconsistency: String? {
    if let inconsistency = sizes.inconsistency { return inconsistency }
    guard case .rotary(let base, _, _, _, let dimensions) = positions else { return nil }
    let turned = dimensions ?? sizes.head
    if turned % 2 != 0 || !(2...max(2, sizes.head)).contains(turned) {
      return "of the head size \(sizes.head) \(turned) elements turn, which are not pairs"
    }
    return scalingInconsistency(turned / 2, base)
      ?? (base > 0 && base.isFinite ? nil : "the rope base is \(base)")
  }

  private func scalingInconsistency(_ pairs: Int, _ base: Double) -> String? {
    guard case .rotary(_, _, let scaling, _, _) = positions else { return nil }
    if !scaling.magnitude.isFinite { return "turns are multiplied by \(scaling.magnitude)" }
    switch scaling {
    case .none, .linear, .llama3: return nil
    case .yarn:
      return base > 1 ? nil : "the rope base is \(base), of which YaRN takes the logarithm"
    case .longRoPE(let rope):
      for factors in [rope.short, rope.long] where factors.count != pairs {
        return "\(pairs) pairs of a head turn, by a list of \(factors.count) factors"
      }
      return nil
    }
  }

  /// How many tokens a layer sees; nil for all before it.
  package func window(of layer: Int) -> Int? {
    windows.indices.contains(layer) ? windows[layer] : nil
  }

  package func linear(_ role: LinearRole) -> LinearModule? { linears.first { $0.role == role } }

  /// The path of a layer in the model of transformers, without `.weight`.
  package func path(_ module: LinearModule, layer: Int) -> String {
    "\(blockPath)\(layer).\(module.path)"
  }

  /// Whether PEFT's name `name` stands for this layer of a block: its path, or the end of it.
  package func matches(_ name: String, _ module: LinearModule, layer: Int) -> Bool {
    let path = path(module, layer: layer)
    return path == name || path.hasSuffix("." + name)
  }

  /// The shortest names that stand for the layers with these roles and for no others of a block.
  package func names(of roles: [LinearRole]) -> [String] {
    let chosen = linears.filter { roles.contains($0.role) }
    var names: [String] = []
    for module in chosen {
      let isShared = linears.contains { $0.name == module.name && !roles.contains($0.role) }
      let name = isShared ? module.path : module.name
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// What scores owe to places; nil where places reach the attention otherwise.
  var linearBiases: LinearBiases? {
    guard case .linearBiases(let form) = positions else { return nil }
    return LinearBiases(form, heads: sizes.heads)
  }

  /// The turns of this model's queries and keys; nil where places are learned.
  func rope(_ positions: Positions) -> RotaryEmbedding? {
    guard case .rotary(let base, let pairing, let scaling, let factors, let part) = positions else {
      return nil
    }
    let scaled = scaling.frequencyFactors(headSize: part ?? sizes.head, base: base)
    let isOne = scaled.isEmpty || factors.isEmpty
    return RotaryEmbedding(
      headSize: sizes.head, dimensions: part, positions: sizes.context, base: base,
      pairing: pairing,
      frequencyFactors: isOne ? scaled + factors : zip(scaled, factors).map { $0 * $1 },
      magnitude: scaling.magnitude, extended: scaling.extended)
  }
}
