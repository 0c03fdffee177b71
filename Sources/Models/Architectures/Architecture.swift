import Checkpoints
import Files
import Tensors

/// A family of models as data: what its files call things, and what its blocks are made of. Each family
/// is one file beside this one, and one line of `all`.
package struct Architecture: Sendable {
  /// `model_type` of transformers.
  let name: String
  /// `general.architecture` of GGUF; nil where files of that kind are not read, or are those of another
  /// family.
  var ggufName: String?
  /// The family whose GGUF files this one's are, where it has none of its own.
  var ggufRelative: String?
  /// What `architectures` of config.json may say.
  let classes: [String]
  /// What config.json calls the sizes and constants.
  var keys: ConfigurationNames
  /// The other keys of config.json that belong to the family.
  let settings: [KeyTable.Entry]
  /// Further keys that change nothing.
  var ignoredSettings: [String] = []
  /// The other keys of GGUF, after the family's name and a dot, that other families do not have.
  var ggufSettings: [KeyTable.Entry] = []
  /// What a configuration, or a GGUF file, makes of the family where it may have several forms.
  var form: (@Sendable (inout Architecture, JSONObject) -> Void)?
  var ggufForm:
    (@Sendable (inout Architecture, GGUFMetadata, _ hasTensor: (String) -> Bool) -> Void)?
  /// What a configuration says of each form that a GGUF file may have, for `form`; a model is written by the first
  /// that makes it.
  var forms: [JSONObject] = [[:]]
  let norm: Norm.Kind
  var normHasBias = false
  var normHasWeight = true
  /// What Hugging Face's files leave out of the weights of norms; GGUF's have it.
  var normOffset: Float = 0
  var normPlacement = NormPlacement.before
  var headNorms: DecoderDescription.HeadNormKind?
  /// Whether both sublayers read the block's input.
  var isParallel = false
  /// Whether the feed-forward reads the norm that the attention reads.
  var sharesNorm = false
  /// Whether a norm follows the embedding.
  var normsEmbedding = false
  /// Whether a norm stands before the output head.
  var normsOutput = true
  /// The width of the embedding, where that is not the hidden size.
  var embeddingWidth: Int?
  var positions: PositionKind
  /// Rows of the table of learned positions before that of the first one.
  var positionOffset = 0
  /// transformers' default, and its key.
  var ropeBase = 10_000.0
  var ropeBaseKey = "rope_theta"
  /// That of layers with a window, where they turn otherwise.
  var windowRopeBase: Double?
  var windowRopeBaseKey: String? = "rope_local_base_freq"
  /// transformers' default for `original_max_position_embeddings` beside the rope's keys; nil where the key
  /// is missing then.
  var originalContext: Int?
  /// The values of `rope_type`, and what each stands for.
  var ropeTypes = [
    "default": "default", "linear": "linear", "dynamic": "dynamic", "llama3": "llama3",
    "yarn": "yarn", "longrope": "longrope",
  ]
  /// Whether elements of a head may stay as they are: the key for the share of those that turn, with
  /// transformers' default, or the key for their number.
  var turnsPartOfHeads = false
  var turnedShareKey = "partial_rotary_factor"
  var turnedShare = 1.0
  var turnedCount: ConfigurationNames.Key?
  /// Layers that see no places, unless `no_rope_layers` says which: every n-th.
  var unturnedEvery: Int?
  /// Which other layers see no places.
  var turns = TurnRule.all
  /// How pairs of a turned head lie in Hugging Face's files, and in GGUF's.
  var pairing = RotaryEmbedding.Pairing.halves
  var ggufPairing = RotaryEmbedding.Pairing.halves
  var windows = WindowRule.none
  /// Constants of config.json that numbers are multiplied by or capped with.
  var scales: [ScaleKey] = []
  /// The number of layers by which llama.cpp knows the model whose scores are divided by the root of the hidden
  /// size over the heads, which GGUF files do not say.
  var wideScoreLayers: Int?
  /// Whether scores are divided by the square root of the head size, where no constant says otherwise.
  var scalesScores = true
  /// Whether scores are divided by the number of their layer besides, counted from 1.
  var dividesScoresByLayer = false
  /// Whether embeddings are multiplied by the square root of the hidden size.
  var scalesEmbedding = false
  let activation: FeedForwardActivation
  /// The key of config.json that may name another one.
  var activationKey: String?
  /// Whether a configuration that says nothing ties the head to the embedding.
  var tiesHeadByDefault = false
  /// Whether the output head adds a bias.
  var headHasBias = false
  let linears: [LinearForm]
  /// How transformers cuts its one matrix for queries, keys and values; GGUF's has all side by side.
  var fusion = FusedOrder.sideBySide
  /// What Hugging Face calls the other tensors.
  var huggingFace: TensorNames
  var ggufNames = TensorNames.gguf
  /// The path of a block in the model of transformers, before its number.
  let blockPath: String

  enum PositionKind: Equatable, Sendable {
    case rotary, learned
    case linearBiases(LinearBiases.Form)
  }

  /// Layers without places beside `unturnedEvery`.
  enum TurnRule: Sendable {
    case all
    /// Those without a window.
    case windowed
    /// Those without a window, in a model that has layers with one.
    case windowedIfAny
  }

  /// A linear layer of a block in both kinds of files.
  struct LinearForm: Sendable {
    let role: LinearRole
    let path: String
    let gguf: String
    var bias = Bias.never
    /// Whether transformers makes it a Conv1D, whose weight is `[inputs, outputs]`.
    var isConv1D = false
  }

  enum Bias: Sendable {
    case never, always
    /// As this key of config.json says; in a GGUF file, where there is one.
    case setting(String, else: Bool = false)
  }

  /// Every family that can be read.
  package static let all: [Architecture] = [
    llama, mistral, qwen2, qwen3, gemma, gemma2, gemma3, granite, olmo2, exaone4, phi3, smolLM3,
    cohere, cohere2, stableLM, starCoder2, phi, gptNeoX, gptJ, falcon, bloom, opt, gpt2, helium,
    arcee, nemotron, glm, glm4, seedOSS, ernie45, olmo, olmo3,
  ]

  /// The family that Hugging Face calls this.
  static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }

  /// The family that GGUF calls this.
  static func ggufNamed(_ name: String) -> Architecture? { all.first { $0.ggufName == name } }

  /// The family that a GGUF file of this one names; nil where there is none.
  var ggufFamily: Architecture? {
    ggufName != nil ? self : ggufRelative.flatMap(Self.named)
  }

  /// The names of all families in files of Hugging Face, and in those of GGUF.
  package static var names: [String] { all.map(\.name) }
  static var ggufNames: [String] { all.compactMap(\.ggufName) }

  /// Names for a message.
  static func quoted(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }

  /// The names by which recipes and adapters may call a linear layer, of all families.
  package static var moduleNames: [String] {
    var names: [String] = []
    for form in all.flatMap(\.linears) {
      let name = form.path.split(separator: ".").last.map(String.init) ?? form.path
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}

extension Architecture {
  /// The names by which recipes and adapters may call the embedding and the output head, of all families.
  package static var tableNames: [String] {
    var names: [String] = []
    for path in all.map(\.huggingFace.embedding) + [DecoderDescription.headPath] {
      let name = path.split(separator: ".").last.map(String.init) ?? path
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}

extension DecoderDescription {
  /// A decoder of a family.
  ///
  /// - Parameters:
  ///   - isGGUF: whether tensors have their names and orders of a GGUF file, or Hugging Face's.
  ///   - isSet: whether a key of the configuration switches biases on, or the file has this layer's.
  package init(
    family: Architecture, sizes: DecoderSizes, normEpsilon: Float, positions: Positions,
    tiesHead: Bool, isGGUF: Bool = false,
    isSet: (_ key: String, _ standard: Bool, _ tensor: String) -> Bool = { _, value, _ in value }
  ) {
    let linears = family.linears.map { form in
      let shape = sizes.shape(of: form.role)
      return LinearModule(
        role: form.role, path: form.path, tensor: isGGUF ? form.gguf : form.path,
        outputs: shape.outputs, inputs: shape.inputs, hasBias: form.hasBias(isSet),
        isTransposed: form.isConv1D && !isGGUF,
        isGrouped: form.role == .queryKeyValue && family.fusion == .byGroup && !isGGUF,
        isConv1D: form.isConv1D)
    }
    self.init(
      architecture: family.name, sizes: sizes, norm: family.norm, normHasBias: family.normHasBias,
      normEpsilon: normEpsilon, positions: positions, activation: family.activation,
      linears: linears, tiesHead: tiesHead,
      names: isGGUF ? family.ggufNames : family.huggingFace, moduleNames: family.huggingFace,
      blockPath: family.blockPath, embeddingPath: family.huggingFace.embedding)
    normHasWeight = family.normHasWeight
    normOffset = isGGUF ? 0 : family.normOffset
    moduleNormOffset = family.normOffset
    normPlacement = family.normPlacement
    headNorms = family.headNorms
    isParallel = family.isParallel
    sharesNorm = family.sharesNorm
    normsEmbedding = family.normsEmbedding
    normsOutput = family.normsOutput
    embeddingWidth = family.embeddingWidth.flatMap { $0 == sizes.hidden ? nil : $0 }
    headHasBias = family.headHasBias
    nativePairing = family.pairing
    fusion = family.fusion
    positionOffset = family.positionOffset
    if !family.scalesScores { scales.attention = 1 }
    dividesScoresByLayer = family.dividesScoresByLayer
    if family.scalesEmbedding { scales.embedding = Float(sizes.hidden).squareRoot() }
  }
}

extension Architecture.LinearForm {
  func hasBias(_ isSet: (_ key: String, _ standard: Bool, _ tensor: String) -> Bool) -> Bool {
    switch bias {
    case .never: false
    case .always: true
    case .setting(let key, let standard): isSet(key, standard, gguf)
    }
  }
}

/// What config.json calls the sizes and constants of a family, with transformers' default for a key that
/// may be missing.
struct ConfigurationNames: Sendable {
  struct Key: Sendable {
    let name: String
    /// Nil where the key must be there.
    var value: Int?
    /// Another name that published files have for it.
    let alias: String?

    init(_ name: String, else value: Int? = nil, or alias: String? = nil) {
      self.name = name
      self.value = value
      self.alias = alias
    }

    /// All that it may be called.
    var names: [String] { [name] + (alias.map { [$0] } ?? []) }
  }

  var hidden = Key("hidden_size")
  var layers = Key("num_hidden_layers")
  var heads = Key("num_attention_heads")
  /// Nil: as many as heads.
  var keyValueHeads: Key?
  /// As many whatever the key says.
  var fixedKeyValueHeads: Int?
  /// Nil: the hidden size divided by the heads.
  var head: String?
  /// For a key that is missing; nil: the hidden size divided by the heads.
  var headDefault: Int?
  var intermediate = Key("intermediate_size")
  /// Where the key may be missing or null: how many times the hidden size stands for it.
  var intermediateFactor: Int?
  var vocabulary = Key("vocab_size")
  var context: Key
  /// Without a name where it is always the same.
  var normEpsilon: (name: String?, value: Double)
}

/// What a file calls the tensors of a decoder that are no linear layers, without `.weight` or `.bias`.
struct TensorNames: Sendable, Equatable {
  var embedding: String
  var positions = ""
  var embeddingNorm = ""
  /// What leads from the embedding to the first block, and from the last one to the head.
  var inputProjection = ""
  var outputProjection = ""
  var finalNorm: String
  var head: String
  /// What the names of block n begin with is this, n and a dot.
  var block: String
  /// Empty where a family has no such norm.
  var attentionNorm = ""
  var feedForwardNorm = ""
  var afterAttentionNorm = ""
  var afterFeedForwardNorm = ""
  var queryNorm = ""
  var keyNorm = ""
  /// Tensors that change nothing, constants that the configuration gives again: by their whole name, or, with
  /// a dot before it, by the end of it.
  var harmless: [String] = []
  /// What published files may leave out at the beginning of names.
  var optionalPrefix = ""

  static let gguf = TensorNames(
    embedding: "token_embd", positions: "position_embd", embeddingNorm: "token_embd_norm",
    finalNorm: "output_norm", head: "output",
    block: "blk.", attentionNorm: "attn_norm", feedForwardNorm: "ffn_norm",
    afterAttentionNorm: "post_attention_norm", afterFeedForwardNorm: "post_ffw_norm",
    queryNorm: "attn_q_norm", keyNorm: "attn_k_norm",
    harmless: [RopeFactors.allName, RopeFactors.shortName, RopeFactors.longName])

  subscript(_ role: BlockNormRole) -> String {
    switch role {
    case .attention: attentionNorm
    case .feedForward: feedForwardNorm
    case .afterAttention: afterAttentionNorm
    case .afterFeedForward: afterFeedForwardNorm
    case .queries: queryNorm
    case .keys: keyNorm
    }
  }

  func isHarmless(_ name: String) -> Bool {
    harmless.contains { $0.hasPrefix(".") ? name.hasSuffix($0) : name == $0 }
  }

  /// The names in a file that leaves the optional beginning out.
  func withoutPrefix() -> TensorNames {
    func cut(_ name: String) -> String {
      name.hasPrefix(optionalPrefix) ? String(name.dropFirst(optionalPrefix.count)) : name
    }
    var result = self
    result.embedding = cut(embedding)
    result.positions = cut(positions)
    result.embeddingNorm = cut(embeddingNorm)
    result.inputProjection = cut(inputProjection)
    result.outputProjection = cut(outputProjection)
    result.finalNorm = cut(finalNorm)
    result.block = cut(block)
    result.optionalPrefix = ""
    return result
  }
}
