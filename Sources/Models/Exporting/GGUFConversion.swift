import Checkpoints
import Files
import Tensors

/// A model of a Hugging Face folder in GGUF's names, orders and keys, as llama.cpp's convert_hf_to_gguf.py
/// has them. What is made is compared with the model before it is used: a family, a stretch of positions or a
/// tokenizer that GGUF says otherwise is refused.
struct GGUFConversion {
  let metadata: GGUFMetadata
  let tensors: [OutgoingTensor]
  let notes: [String]

  init(
    of model: LoadedModel, weights: FrozenWeights, as type: GGUFFileType?, to file: String
  ) throws(FileError) {
    let configFile = model.path + "/config.json"
    guard let config = try JSONValue(file: configFile).object,
      let family = (config["model_type"]?.string).flatMap(Architecture.named)?.ggufFamily,
      let name = family.ggufName
    else {
      throw FileError(
        .unsupported, file: configFile,
        cause:
          "GGUF has no family for models of type \"\(model.decoder.description.architecture)\"",
        fix: "write the model as a folder: as: safetensors")
    }
    let source = model.decoder.description
    var metadata = GGUFMetadata(file: file)
    func set(_ key: String, _ value: GGUFValue) { _ = metadata.insert(key, value) }
    set("general.architecture", .string(name))
    set("general.type", .string("model"))
    set("general.name", .string(model.name))
    set(GGUFFileType.key, GGUFFileType.value(of: weights, written: type))
    set("general.quantization_version", .uint32(2))
    for (key, value) in family.ggufKeys(of: source, config) { set("\(name).\(key)", value) }
    let factors = source.ropeFactors
    let target = try Self.description(metadata, of: source, factors, file: configFile)
    let tokenizerNotes = try GGUFTokenizerMetadata.add(
      to: &metadata, of: model, rows: source.sizes.vocabulary)
    notes = (family.llamaCppNote(on: source).map { [$0] } ?? []) + tokenizerNotes
    self.metadata = metadata
    tensors = Self.tensors(source, target, weights, factors)
  }

  /// What the keys amount to, which must be the model.
  private static func description(
    _ metadata: GGUFMetadata, of source: DecoderDescription, _ factors: RopeFactors, file: String
  ) throws(FileError) -> DecoderDescription {
    // Forms of a family that differ by a tensor: that with it, and that without.
    var differences: [String] = []
    for hasNorm in [true, false] {
      let target = try DecoderDescription(
        gguf: metadata, vocabularySize: source.sizes.vocabulary, tiesHead: source.tiesHead,
        hasTensor: { source.hasTensor($0, orNorm: hasNorm) }, ropeFactors: { _ in factors })
      differences = target.differences(from: source)
      if differences.isEmpty { return target }
    }
    throw FileError(
      .unsupported, file: file,
      cause: "GGUF's keys for models of type \"\(source.architecture)\" cannot say this one's "
        + differences.joined(separator: ", "),
      fix: "write the model as a folder: as: safetensors")
  }

  private static func tensors(
    _ source: DecoderDescription, _ target: DecoderDescription, _ weights: FrozenWeights,
    _ factors: RopeFactors
  ) -> [OutgoingTensor] {
    let names = target.names
    var tensors = [OutgoingTensor(names.embedding + ".weight", weights.embedding)]
    func add(_ name: String, _ norm: Norm?, shape: [Int]? = nil) {
      guard let norm, source.normHasWeight else { return }
      tensors.append(OutgoingTensor(name + ".weight", norm.weight, shape: shape))
      if !norm.bias.isEmpty { tensors.append(OutgoingTensor(name + ".bias", norm.bias)) }
    }
    if let positions = weights.positions {
      // llama.cpp adds them in f32
      tensors.append(OutgoingTensor(inFloats: positions, names.positions + ".weight"))
    }
    add(names.embeddingNorm, weights.embeddingNorm)
    for (name, values) in [
      (RopeFactors.allName, factors.all), (RopeFactors.shortName, factors.short),
      (RopeFactors.longName, factors.long),
    ] where !values.isEmpty {
      tensors.append(OutgoingTensor(name, values))
    }
    for (layer, block) in weights.blocks.enumerated() {
      for role in target.blockNorms {
        add(names.name(names[role], layer), block.norms[role], shape: target.shape(of: role))
      }
      for module in target.linears {
        let linear = block[module.role]
        let name = names.name(module.tensor, layer)
        let order = source.rowOrder(of: module.role, pairing: target.pairing)
        tensors.append(OutgoingTensor(name + ".weight", linear.weight, order: order))
        if linear.bias.isEmpty { continue }
        let bias = order.map { $0.map { linear.bias[$0] } } ?? linear.bias
        tensors.append(OutgoingTensor(name + ".bias", bias))
      }
    }
    add(names.finalNorm, weights.finalNorm)
    if !source.tiesHead {
      tensors.append(OutgoingTensor(names.head + ".weight", weights.head))
    }
    if !weights.headBias.isEmpty {
      tensors.append(OutgoingTensor(names.head + ".bias", weights.headBias))
    }
    return tensors
  }
}

extension DecoderDescription {
  /// How rotary pairs lie; halves where nothing turns.
  var pairing: RotaryEmbedding.Pairing {
    if case .rotary(_, let pairing, _, _, _) = positions { pairing } else { .halves }
  }

  /// The divisors of frequencies that GGUF lists as tensors.
  fileprivate var ropeFactors: RopeFactors {
    var factors = RopeFactors()
    guard case .rotary(let base, _, let scaling, _, let dimensions) = positions else {
      return factors
    }
    switch scaling {
    case .llama3:
      factors.all = scaling.frequencyFactors(headSize: dimensions ?? sizes.head, base: base)
    case .longRoPE(let rope): (factors.short, factors.long) = (rope.short, rope.long)
    case .none, .linear, .yarn: break
    }
    return factors
  }

  /// Whether a GGUF file of this model has a tensor; of norms before sublayers, which tell forms apart, what is given.
  fileprivate func hasTensor(_ name: String, orNorm hasNorm: Bool) -> Bool {
    if name == TensorNames.gguf.name(TensorNames.gguf.queryNorm, 0) + ".weight" {
      return headNorms != nil
    }
    guard name.hasSuffix(".bias") else { return hasNorm }
    let family = Architecture.named(architecture)?.ggufFamily
    return linears.contains { module in
      let form = family?.linears.first { $0.role == module.role && $0.path == module.path }
      return module.hasBias
        && form.map { name == TensorNames.gguf.name($0.gguf, 0) + ".bias" } == true
    }
  }

  /// What the other one does otherwise with the same weights, in whatever order its file has them; empty where
  /// both are one model.
  fileprivate func differences(from other: DecoderDescription) -> [String] {
    func plain(_ description: DecoderDescription) -> DecoderDescription {
      var plain = description
      plain.architecture = ""
      plain.positions = .learned
      plain.windowPositions = nil
      plain.windows = []
      plain.unturnedLayers = []
      plain.scales = DecoderScales()
      plain.names = TensorNames.gguf
      plain.moduleNames = TensorNames.gguf
      plain.normOffset = 0
      plain.moduleNormOffset = 0
      plain.positionOffset = 0
      plain.paddingToken = nil
      plain.linears = []
      plain.blockPath = ""
      return plain
    }
    func linears(_ description: DecoderDescription) -> [String] {
      description.linears.map { "\($0.role) \($0.outputs) \($0.inputs) \($0.hasBias)" }.sorted()
    }
    func windows(_ description: DecoderDescription) -> [Int?] {
      (0..<description.sizes.layers).map { description.window(of: $0) }
    }
    let checks: [(String, Bool)] = [
      ("windows", windows(self) == windows(other)),
      ("layers without places", unturnedLayers == other.unturnedLayers),
      (
        "turns of positions",
        isNear(turns(positions), other.turns(other.positions))
          && isNear(turns(windowPositions), other.turns(other.windowPositions))
      ),
      (
        "scales",
        isNear(scales.numbers, other.scales.numbers)
          && dividesScoresByLayer == other.dividesScoresByLayer
      ),
      ("linear layers", linears(self) == linears(other)),
      ("norms, activation or sizes", plain(self) == plain(other)),
    ]
    return checks.filter { !$0.1 }.map(\.0)
  }

  /// Everything that the turns depend on, as numbers; of other positions, their kind.
  private func turns(_ positions: Positions?) -> [Double] {
    switch positions {
    case nil: return []
    case .learned: return [1]
    case .linearBiases(let form): return [2, form == .distances ? 0 : 1]
    case .rotary(let base, _, let scaling, let factors, let dimensions):
      let size = dimensions ?? sizes.head
      let scaled = scaling.frequencyFactors(headSize: size, base: base)
      let ones = [Float](repeating: 1, count: size / 2)
      let all = zip(scaled.isEmpty ? ones : scaled, factors.isEmpty ? ones : factors).map(*)
      let extended = scaling.extended.map {
        [Double($0.beyond)] + $0.frequencyFactors.map(Double.init)
      }
      return [3, base, Double(size), scaling.magnitude] + all.map(Double.init) + (extended ?? [])
    }
  }

  private func isNear(_ numbers: [Double], _ others: [Double]) -> Bool {
    numbers.count == others.count
      && zip(numbers, others).allSatisfy { abs($0 - $1) <= 1e-6 * max(abs($0), abs($1)) }
  }
}

extension DecoderScales {
  /// With -1 for what is not there.
  fileprivate var numbers: [Double] {
    [
      embedding, attention ?? -1, attentionCap ?? -1, residual, logits, logitCap ?? -1,
    ].map(Double.init)
  }
}
