import Checkpoints
import Glibc
import Tensors
import Tokenizers

extension LoadedModel {
  /// Reads a Hugging Face folder: `config.json`, safetensors (whole or in shards), `tokenizer.json`.
  static func huggingFace(_ folder: String) throws(CheckpointError) -> LoadedModel {
    let file = folder + "/config.json"
    let config = try JSONValue(file: file)
    let configuration = try ModelConfiguration(huggingFace: config, file: file)
    try refuseAdapter(in: folder)
    try checkGenerationSettings(folder + "/generation_config.json")
    let directory = try SafetensorsFile.directory(ofFolder: folder)
    let reading = WeightReading(directory: directory, file: folder)
    let tokenizer = try Tokenizer(huggingFaceFolder: folder)
    try configuration.requireRows(for: tokenizer, file: folder)
    try reading.refuseUnused(configuration, names: .huggingFace)
    let weights = try reading.frozenWeights(configuration, names: .huggingFace)
    return LoadedModel(
      decoder: DecoderModel(
        configuration: configuration, weights: weights, rope: configuration.rope()),
      tokenizer: tokenizer,
      chatTemplate: try ChatTemplateSource(folder: folder),
      name: baseName(folder), format: "safetensors", path: folder,
      mappings: directory.entries.map(\.owner))
  }

  /// transformers puts an adapter that lies in a model's own folder onto the model.
  private static func refuseAdapter(in folder: String) throws(CheckpointError) {
    let file = folder + "/" + AdapterConfigurationFile.name
    guard access(file, F_OK) == 0 else { return }
    throw CheckpointError(
      .unsupported, file: file,
      cause: "an adapter lies in the folder of its model, and whether it is meant is not said",
      fix: "move the adapter's files to a folder of their own and load that with `adapter:`")
  }

  private static func checkGenerationSettings(_ file: String) throws(CheckpointError) {
    guard access(file, F_OK) == 0 else { return }
    guard let settings = try JSONValue(file: file).object else {
      throw CheckpointError(
        .malformed, file: file, cause: "the file is not a JSON object",
        fix: "take it from the model's own folder, or remove it")
    }
    try KeyTable.generation.check(settings, file: file)
  }
}

extension ModelConfiguration {
  /// From a Hugging Face `config.json` of a Llama model; a key that is missing has transformers'
  /// default where the model cannot be another one for it.
  package init(huggingFace config: JSONValue, file: String) throws(CheckpointError) {
    guard let object = config.object else {
      throw CheckpointError(
        .malformed, file: file, cause: "the file is not a JSON object",
        fix: "take config.json from the model's own folder")
    }
    guard let type = object["model_type"]?.string, type == "llama" else {
      let type = object["model_type"]?.excerpt ?? "missing"
      throw CheckpointError(
        .unsupported, file: file, cause: "the model's type (\"model_type\") is \(type)",
        fix: "Skillet reads \"llama\" models, for example SmolLM2")
    }
    try KeyTable.configuration.check(object, file: file)
    func integer(_ key: String) throws(CheckpointError) -> Int {
      if let value = object[key]?.int { return value }
      throw CheckpointError(
        .absent, file: file, cause: "the key \"\(key)\" is missing",
        fix: "take config.json from the model's own folder")
    }
    let hidden = try integer("hidden_size")
    let heads = try integer("num_attention_heads")
    let context = object["max_position_embeddings"]?.int ?? 2048
    let rope = try RopeReading(huggingFace: object, context: context, file: file)
    self.init(
      architecture: type, hiddenSize: hidden, layerCount: try integer("num_hidden_layers"),
      attentionHeadCount: heads, keyValueHeadCount: object["num_key_value_heads"]?.int ?? heads,
      headSize: object["head_dim"]?.int ?? hidden / heads,
      intermediateSize: try integer("intermediate_size"), vocabularySize: try integer("vocab_size"),
      contextLength: context, rmsNormEpsilon: Float(object["rms_norm_eps"]?.double ?? 1e-6),
      ropeBase: rope.base, ropePairing: .halves,
      tiesHead: object["tie_word_embeddings"]?.bool ?? false, ropeScaling: rope.scaling)
    let isDivided = hidden % heads == 0
    let remainder = "the hidden size \(hidden) is no multiple of its \(heads) attention heads"
    if let inconsistency = isDivided ? inconsistency : remainder {
      throw CheckpointError(
        .malformed, file: file, cause: inconsistency, fix: "check the configuration")
    }
    try requireRows(forTokensOf: object, file: file)
  }

  /// Token ids of the configuration must have a row of the embedding. -1 is an old way to write none.
  private func requireRows(
    forTokensOf object: JSONObject, file: String
  ) throws(CheckpointError) {
    for key in ["bos_token_id", "eos_token_id", "pad_token_id"] {
      let ids = object[key]?.array?.compactMap(\.int) ?? object[key]?.int.map { [$0] } ?? []
      let known = -1..<vocabularySize
      guard let outside = ids.first(where: { !known.contains($0) }) else { continue }
      throw CheckpointError(
        .malformed, file: file,
        cause: "\"\(key)\" is \(outside), and the embedding has \(vocabularySize) rows",
        fix: "take config.json and weights from the same model")
    }
  }
}

extension ModelConfiguration {
  /// The embedding may have rows that no token names, but each token needs one.
  func requireRows(for tokenizer: Tokenizer, file: String) throws(CheckpointError) {
    let count = tokenizer.vocabularySize
    guard count > vocabularySize else { return }
    throw CheckpointError(
      .malformed, file: file,
      cause: "its tokenizer has ids up to \(count - 1), but its embedding only \(vocabularySize) "
        + "rows: there is none for the ids \(vocabularySize) to \(count - 1)",
      fix: "take tokenizer and weights from the same model")
  }

  /// The turns of this model's positions.
  ///
  /// - Parameter factors: divisors of the frequencies that a file lists beside its scaling.
  func rope(frequencyFactors factors: [Float] = []) -> RotaryEmbedding {
    let scaled = ropeScaling.frequencyFactors(headSize: headSize, base: ropeBase)
    let both = scaled.isEmpty || factors.isEmpty
    return RotaryEmbedding(
      headSize: headSize, positions: contextLength, base: ropeBase, pairing: ropePairing,
      frequencyFactors: both ? scaled + factors : zip(scaled, factors).map { $0 * $1 })
  }
}
