import Checkpoints
import Files
import Tensors

/// A family of models as data: what its files call things, and what its blocks are made of. Each family
/// is one file beside this one, and one line of `all`.
package struct Architecture: Sendable {
  /// `model_type` of transformers, and `general.architecture` of GGUF.
  let name: String
  /// What `architectures` of config.json may say.
  let classes: [String]
  /// What config.json calls the sizes and constants.
  let keys: ConfigurationNames
  /// The other keys of config.json that belong to the family.
  let settings: [KeyTable.Entry]
  /// Further keys that change nothing.
  var ignoredSettings: [String] = []
  let norm: Norm.Kind
  var normHasBias = false
  let positions: PositionKind
  /// How pairs of a turned head lie in a GGUF file; those of Hugging Face are halves.
  var ggufPairing = RotaryEmbedding.Pairing.halves
  let activation: FeedForwardActivation
  /// Whether a configuration that says nothing ties the head to the embedding.
  var tiesHeadByDefault = false
  let linears: [LinearForm]
  /// What Hugging Face calls the other tensors.
  let huggingFace: TensorNames
  /// The path of a block in the model of transformers, before its number.
  let blockPath: String

  enum PositionKind: Sendable {
    case rotary, learned
  }

  /// A linear layer of a block in both kinds of files.
  struct LinearForm: Sendable {
    let role: LinearRole
    let path: String
    let gguf: String
    var hasBias = false
    /// Whether transformers makes it a Conv1D, whose weight is `[inputs, outputs]`.
    var isConv1D = false
  }

  /// Every family that can be read.
  package static let all: [Architecture] = [llama, qwen2, gpt2]

  /// The family of this name.
  static func named(_ name: String) -> Architecture? { all.first { $0.name == name } }

  /// The names of all families, for messages.
  static var names: String { all.map { "\"\($0.name)\"" }.joined(separator: ", ") }

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

extension DecoderDescription {
  /// A decoder of a family.
  ///
  /// - Parameter isGGUF: whether tensors have their names and orders of a GGUF file, or Hugging Face's.
  package init(
    family: Architecture, sizes: DecoderSizes, normEpsilon: Float, positions: Positions,
    tiesHead: Bool, isGGUF: Bool = false
  ) {
    let linears = family.linears.map { form in
      let shape = sizes.shape(of: form.role)
      return LinearModule(
        role: form.role, path: form.path, tensor: isGGUF ? form.gguf : form.path,
        outputs: shape.outputs, inputs: shape.inputs, hasBias: form.hasBias,
        isTransposed: form.isConv1D && !isGGUF, isConv1D: form.isConv1D)
    }
    self.init(
      architecture: family.name, sizes: sizes, norm: family.norm, normHasBias: family.normHasBias,
      normEpsilon: normEpsilon, positions: positions, activation: family.activation,
      linears: linears, tiesHead: tiesHead, names: isGGUF ? .gguf : family.huggingFace,
      blockPath: family.blockPath)
  }
}

/// What config.json calls the sizes and constants of a family, with transformers' default for a key that
/// may be missing.
struct ConfigurationNames: Sendable {
  struct Key: Sendable {
    let name: String
    /// Nil where the key must be there.
    var value: Int?

    init(_ name: String, else value: Int? = nil) {
      self.name = name
      self.value = value
    }
  }

  var hidden = Key("hidden_size")
  var layers = Key("num_hidden_layers")
  var heads = Key("num_attention_heads")
  /// Nil: as many as heads.
  var keyValueHeads: Key?
  /// Nil: the hidden size divided by the heads.
  var head: String?
  var intermediate = Key("intermediate_size")
  /// Where the key may be missing or null: how many times the hidden size stands for it.
  var intermediateFactor: Int?
  var vocabulary = Key("vocab_size")
  var context: Key
  var normEpsilon: (name: String, value: Double)
}

/// What a file calls the tensors of a decoder that are no linear layers, without `.weight` or `.bias`.
struct TensorNames: Sendable, Equatable {
  var embedding: String
  var positions = ""
  var finalNorm: String
  var head: String
  /// What the names of block n begin with is this, n and a dot.
  var block: String
  var attentionNorm: String
  var feedForwardNorm: String
  /// Tensors that change nothing, constants that the configuration gives again: by their whole name, or, with
  /// a dot before it, by the end of it.
  var harmless: [String] = []
  /// What published files may leave out at the beginning of names.
  var optionalPrefix = ""

  static let gguf = TensorNames(
    embedding: "token_embd", positions: "position_embd", finalNorm: "output_norm", head: "output",
    block: "blk.", attentionNorm: "attn_norm", feedForwardNorm: "ffn_norm",
    harmless: [ropeFactors])

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
    result.finalNorm = cut(finalNorm)
    result.block = cut(block)
    result.optionalPrefix = ""
    return result
  }
}
