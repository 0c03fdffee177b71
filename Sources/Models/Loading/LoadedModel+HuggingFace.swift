import Checkpoints
import Diagnostics
import Files
import Glibc
import Tensors
import Tokenizers

extension LoadedModel {
  /// Reads a Hugging Face folder: `config.json`, safetensors (whole or in shards), `tokenizer.json`. All that
  /// configuration, types of tensors and tokenizer have against it is told at once. Nil where weights without
  /// numbers are still to come.
  static func huggingFace(_ folder: String, hasNumbers: Bool) throws(FileError) -> LoadedModel? {
    try refuseBareAdapter(folder)
    let file = folder + "/config.json"
    let config = try JSONValue(file: file)
    var errors = FileErrors()
    let described = errors.gather { () throws(FileError) in
      try DecoderDescription(huggingFace: config, file: file)
    }
    _ = errors.gather { () throws(FileError) in try refuseAdapter(in: folder) }
    _ = errors.gather { () throws(FileError) in
      try checkGenerationSettings(folder + "/generation_config.json")
    }
    let stored = errors.gather { () throws(FileError) in
      try StoredQuantization(config, file: file)
    }
    let hasWeights = hasNumbers || SafetensorsFile.isWithin(folder)
    let listed = errors.gather { () throws(FileError) in
      try hasWeights ? SafetensorsFile.directory(ofFolder: folder) : TensorDirectory()
    }
    let read = errors.gather { () throws(FileError) in try Tokenizer(huggingFaceFolder: folder) }
    try errors.check()
    guard hasWeights else { return nil }
    guard var description = described, let directory = listed, let tokenizer = read,
      let quantization = stored
    else {
      preconditionFailure("\(folder): no error, and not all was read")
    }
    let reading = WeightReading(
      directory: directory, file: folder, hasNumbers: hasNumbers, quantization: quantization)
    try description.requireRows(for: tokenizer, file: folder)
    if !reading.contains(description.names.embedding + ".weight") {
      description.names = description.names.withoutPrefix()
    }
    description.tiesHead = reading.tiesHead(description)
    try reading.refuseUnused(description)
    let weights = try reading.frozenWeights(description)
    return LoadedModel(
      decoder: DecoderModel(description: description, weights: weights),
      tokenizer: tokenizer,
      chatTemplate: try ChatTemplateSource(folder: folder),
      name: HubName(cached: folder)?.model ?? baseName(folder), format: "safetensors", path: folder,
      reference: HubName(config, folder: folder)?.text ?? Paths.absolute(folder),
      mappings: directory.entries.map(\.owner))
  }

  /// transformers puts an adapter that lies in a model's own folder onto the model.
  private static func refuseAdapter(in folder: String) throws(FileError) {
    let file = folder + "/" + AdapterConfigurationFile.name
    guard Paths.exists(file) else { return }
    throw FileError(
      .unsupported, file: file,
      cause: "an adapter lies in the folder of its model, and whether it is meant is not said",
      fix: "move the adapter's files to a folder of their own and load that with `adapter:`")
  }

  private static func checkGenerationSettings(_ file: String) throws(FileError) {
    guard Paths.exists(file) else { return }
    guard let settings = try JSONValue(file: file).object else {
      throw FileError(
        .malformed, file: file, cause: "the file is not a JSON object",
        fix: "take it from the model's own folder, or remove it")
    }
    try KeyTable.generation.check(settings, file: file)
  }

  /// PEFT's folder is no model, but names the one that it belongs to.
  private static func refuseBareAdapter(_ folder: String) throws(FileError) {
    let file = folder + "/" + AdapterConfigurationFile.name
    guard !Paths.exists(folder + "/config.json"), Paths.exists(file) else { return }
    let base = try JSONValue(file: file)["base_model_name_or_path"]?.string ?? "…"
    throw FileError(
      .unsupported, file: folder,
      cause: "this is an adapter, whose base is \(VisibleText.onOneLine(base))",
      fix: "load the base with it: load \"\(VisibleText.onOneLine(base))\", adapter: \"\(folder)\"")
  }
}

extension DecoderDescription {
  /// The embedding may have rows that no token names, but each token needs one.
  func requireRows(for tokenizer: Tokenizer, file: String) throws(FileError) {
    let count = tokenizer.vocabularySize
    guard count > sizes.vocabulary else { return }
    throw FileError(
      .malformed, file: file,
      cause: "its tokenizer has ids up to \(count - 1), but its embedding only "
        + "\(sizes.vocabulary) rows: there is none for the ids \(sizes.vocabulary) to \(count - 1)",
      fix: "take tokenizer and weights from the same model")
  }
}
