import Checkpoints
import Tensors
import Tokenizers

extension LoadedModel {
  /// Reads a Hugging Face folder: `config.json`, safetensors (whole or in shards), `tokenizer.json`.
  static func huggingFace(_ folder: String) throws(CheckpointError) -> LoadedModel {
    let config = try JSONValue(file: folder + "/config.json")
    let directory = try SafetensorsFile.directory(ofFolder: folder)
    let configuration = try ModelConfiguration(
      huggingFace: config, file: folder + "/config.json")
    let reading = WeightReading(directory: directory, file: folder)
    let tokenizer = try Tokenizer(huggingFaceFolder: folder)
    let weights = try reading.frozenWeights(configuration, names: .huggingFace)
    let rope = RotaryEmbedding(
      headSize: configuration.headSize, positions: configuration.contextLength,
      base: configuration.ropeBase, pairing: .halves)
    return LoadedModel(
      decoder: DecoderModel(configuration: configuration, weights: weights, rope: rope),
      tokenizer: tokenizer,
      chatTemplate: try ChatTemplateSource(folder: folder),
      name: baseName(folder), format: "safetensors", path: folder,
      mappings: directory.entries.map(\.owner))
  }
}

extension ModelConfiguration {
  /// From a Hugging Face `config.json` of a Llama model.
  init(huggingFace config: JSONValue, file: String) throws(CheckpointError) {
    let fields = ConfigFields(config: config, file: file)
    let type = config["model_type"]?.string ?? ""
    guard type == "llama" else {
      throw CheckpointError(
        .unsupported, file: file, cause: "the model's type is \"\(type)\"",
        fix: "Skillet reads \"llama\" models, for example SmolLM2 or Llama 3.2")
    }
    try fields.refuse("attention_bias", unless: false)
    try fields.refuse("mlp_bias", unless: false)
    let rope = config["rope_parameters"] ?? config["rope_scaling"]
    let scaling = rope?["rope_type"]?.string ?? rope?["type"]?.string ?? "default"
    guard scaling == "default" else {
      throw CheckpointError(
        .unsupported, file: file, cause: "the model scales rope by \"\(scaling)\"",
        fix: "use a model without rope scaling")
    }
    let hidden = try fields.integer("hidden_size")
    let heads = try fields.integer("num_attention_heads")
    self.init(
      architecture: type, hiddenSize: hidden, layerCount: try fields.integer("num_hidden_layers"),
      attentionHeadCount: heads,
      keyValueHeadCount: config["num_key_value_heads"]?.int ?? heads,
      headSize: config["head_dim"]?.int ?? (heads > 0 ? hidden / heads : 0),
      intermediateSize: try fields.integer("intermediate_size"),
      vocabularySize: try fields.integer("vocab_size"),
      contextLength: try fields.integer("max_position_embeddings"),
      rmsNormEpsilon: Float(config["rms_norm_eps"]?.double ?? 1e-6),
      ropeBase: config["rope_theta"]?.double ?? rope?["rope_theta"]?.double ?? 10_000,
      ropePairing: .halves, tiesHead: config["tie_word_embeddings"]?.bool ?? false)
    if let inconsistency {
      throw CheckpointError(
        .malformed, file: file, cause: inconsistency, fix: "check the configuration")
    }
  }
}

/// Access to a configuration with errors that name the key.
private struct ConfigFields {
  let config: JSONValue
  let file: String

  func integer(_ key: String) throws(CheckpointError) -> Int {
    if let value = config[key]?.int { return value }
    throw CheckpointError(
      .absent, file: file, cause: "the key \"\(key)\" is missing or not an integer",
      fix: "take config.json from the model's own folder")
  }

  func refuse(_ key: String, unless expected: Bool) throws(CheckpointError) {
    guard let value = config[key]?.bool, value != expected else { return }
    throw CheckpointError(
      .unsupported, file: file, cause: "\"\(key)\" is \(value)",
      fix: "use a Llama model without it")
  }
}
