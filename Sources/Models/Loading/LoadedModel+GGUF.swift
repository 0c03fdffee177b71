import Checkpoints
import Tensors
import Tokenizers

extension LoadedModel {
  /// Reads a GGUF file of the Llama architecture; weights stay in the mapped file.
  static func gguf(_ path: String) throws(CheckpointError) -> LoadedModel {
    let file = try GGUFFile(path: path)
    let metadata = file.metadata
    let reading = WeightReading(directory: file.tensors, file: path)
    let tokenCount = try metadata.strings("tokenizer.ggml.tokens").count
    let configuration = try ModelConfiguration(
      gguf: metadata, vocabularySize: tokenCount, tiesHead: !reading.contains("output.weight"))
    let tokenizer = try Tokenizer(gguf: metadata, file: path)
    try configuration.requireRows(for: tokenizer, file: path)
    try reading.refuseUnused(configuration, names: .gguf)
    let weights = try reading.frozenWeights(configuration, names: .gguf)
    let factors =
      reading.contains(WeightNames.ropeFactors)
      ? try reading.frequencyFactors(count: configuration.headSize / 2) : []
    return LoadedModel(
      decoder: DecoderModel(
        configuration: configuration, weights: weights,
        rope: configuration.rope(frequencyFactors: factors)),
      tokenizer: tokenizer,
      chatTemplate: try ChatTemplateSource(gguf: metadata),
      name: try metadata.textIfPresent("general.name") ?? baseName(path), format: "gguf",
      path: path, mappings: [file.file])
  }
}

extension ModelConfiguration {
  /// From the metadata of a GGUF file (docs/gguf.md of ggml).
  package init(
    gguf metadata: GGUFMetadata, vocabularySize: Int, tiesHead: Bool
  ) throws(CheckpointError) {
    let architecture = try metadata.text("general.architecture")
    guard architecture == "llama" else {
      throw CheckpointError(
        .unsupported, file: metadata.file,
        cause: "the model's architecture is \"\(architecture)\"",
        fix: "Skillet reads \"llama\" models, for example SmolLM2")
    }
    try KeyTable.gguf.check(metadata)
    let hidden = try metadata.integer("llama.embedding_length")
    let heads = try metadata.integer("llama.attention.head_count")
    self.init(
      architecture: architecture, hiddenSize: hidden,
      layerCount: try metadata.integer("llama.block_count"), attentionHeadCount: heads,
      keyValueHeadCount: try metadata.integerIfPresent("llama.attention.head_count_kv") ?? heads,
      headSize: try metadata.integerIfPresent("llama.attention.key_length") ?? hidden / heads,
      intermediateSize: try metadata.integer("llama.feed_forward_length"),
      vocabularySize: vocabularySize,
      contextLength: try metadata.integer("llama.context_length"),
      rmsNormEpsilon: Float(try metadata.number("llama.attention.layer_norm_rms_epsilon")),
      ropeBase: try metadata.numberIfPresent("llama.rope.freq_base") ?? 10_000,
      ropePairing: .adjacent, tiesHead: tiesHead, ropeScaling: try RopeScaling(gguf: metadata))
    let disagreement = try Self.disagreement(with: self, in: metadata)
    if let inconsistency = inconsistency ?? disagreement {
      throw CheckpointError(
        .malformed, file: metadata.file, cause: inconsistency,
        fix: "convert the model again with a current converter")
    }
  }

  /// The first key that names a size otherwise than the rest of the file does.
  private static func disagreement(
    with configuration: ModelConfiguration, in metadata: GGUFMetadata
  ) throws(CheckpointError) -> String? {
    let sizes = [
      ("llama.rope.dimension_count", "the head size", configuration.headSize),
      ("llama.attention.value_length", "the head size", configuration.headSize),
      ("llama.vocab_size", "the number of its tokens", configuration.vocabularySize),
    ]
    for (key, what, size) in sizes {
      if let value = try metadata.integerIfPresent(key), value != size {
        return "\(key) is \(value), but \(what) is \(size)"
      }
    }
    return nil
  }
}
