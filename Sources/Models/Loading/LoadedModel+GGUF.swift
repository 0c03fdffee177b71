import Checkpoints
import Tensors
import Tokenizers

extension LoadedModel {
  /// Reads a GGUF file of the Llama architecture; weights stay in the mapped file.
  static func gguf(_ path: String) throws(CheckpointError) -> LoadedModel {
    let file = try GGUFFile(path: path)
    let metadata = file.metadata
    let tokenizer = try Tokenizer(gguf: metadata, file: path)
    let reading = WeightReading(directory: file.tensors, file: path)
    let configuration = try ModelConfiguration(
      gguf: metadata, vocabularySize: tokenizer.vocabularySize,
      tiesHead: !reading.contains("output.weight"))
    let weights = try reading.frozenWeights(configuration, names: .gguf)
    let factors =
      reading.contains("rope_freqs.weight")
      ? try reading.vector("rope_freqs.weight", count: configuration.headSize / 2) : []
    let rope = RotaryEmbedding(
      headSize: configuration.headSize, positions: configuration.contextLength,
      base: configuration.ropeBase, pairing: .adjacent, frequencyFactors: factors)
    return LoadedModel(
      decoder: DecoderModel(configuration: configuration, weights: weights, rope: rope),
      tokenizer: tokenizer,
      chatTemplate: try ChatTemplateSource(gguf: metadata),
      name: try metadata.textIfPresent("general.name") ?? baseName(path), format: "gguf",
      path: path, mappings: [file.file])
  }
}

extension ModelConfiguration {
  /// From the metadata of a GGUF file (docs/gguf.md of ggml).
  init(
    gguf metadata: GGUFMetadata, vocabularySize: Int, tiesHead: Bool
  ) throws(CheckpointError) {
    let architecture = try metadata.text("general.architecture")
    guard architecture == "llama" else {
      throw CheckpointError(
        .unsupported, file: metadata.file,
        cause: "the model's architecture is \"\(architecture)\"",
        fix: "Skillet reads \"llama\" models, for example SmolLM2 or Llama 3.2")
    }
    try Self.refuseScaledRope(metadata, architecture)
    let hidden = try metadata.integer("\(architecture).embedding_length")
    let heads = try metadata.integer("\(architecture).attention.head_count")
    let headSize = heads > 0 ? hidden / heads : 0
    self.init(
      architecture: architecture, hiddenSize: hidden,
      layerCount: try metadata.integer("\(architecture).block_count"),
      attentionHeadCount: heads,
      keyValueHeadCount: try metadata.integerIfPresent(
        "\(architecture).attention.head_count_kv") ?? heads,
      headSize: try metadata.integerIfPresent("\(architecture).attention.key_length") ?? headSize,
      intermediateSize: try metadata.integer("\(architecture).feed_forward_length"),
      vocabularySize: vocabularySize,
      contextLength: try metadata.integer("\(architecture).context_length"),
      rmsNormEpsilon: Float(
        try metadata.number("\(architecture).attention.layer_norm_rms_epsilon")),
      ropeBase: try metadata.numberIfPresent("\(architecture).rope.freq_base") ?? 10_000,
      ropePairing: .adjacent, tiesHead: tiesHead)
    if let inconsistency {
      throw CheckpointError(
        .malformed, file: metadata.file, cause: inconsistency,
        fix: "convert the model again with a current converter")
    }
  }

  private static func refuseScaledRope(
    _ metadata: GGUFMetadata, _ architecture: String
  ) throws(CheckpointError) {
    let scaling = try metadata.textIfPresent("\(architecture).rope.scaling.type") ?? "none"
    if scaling != "none" {
      throw CheckpointError(
        .unsupported, file: metadata.file, cause: "the model scales rope by \"\(scaling)\"",
        fix: "use a model without rope scaling")
    }
  }
}
