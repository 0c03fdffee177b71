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
    let lists = [
      (RopeFactors.allName, factors.all), (RopeFactors.shortName, factors.short),
      (RopeFactors.longName, factors.long),
    ]
    return source.tensors(of: weights, as: target)
      + lists.filter { !$0.1.isEmpty }.map { OutgoingTensor($0, $1) }
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
}
