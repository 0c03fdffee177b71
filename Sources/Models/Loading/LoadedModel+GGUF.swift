import Checkpoints
import Files
import Tensors
import Tokenizers

extension LoadedModel {
  /// Reads a GGUF file and its other parts, if it has any; weights stay in the mapped files.
  static func gguf(_ path: String, hasNumbers: Bool) throws(FileError) -> LoadedModel {
    let file = try GGUFParts(path: path)
    try refuseDoubles(file.tensors, path)
    let metadata = file.metadata
    let reading = WeightReading(directory: file.tensors, file: path, hasNumbers: hasNumbers)
    let tokenCount = try metadata.strings("tokenizer.ggml.tokens").count
    var errors = FileErrors()
    let described = errors.gather { () throws(FileError) in
      try DecoderDescription(
        gguf: metadata, vocabularySize: tokenCount,
        tiesHead: !reading.contains(TensorNames.gguf.head + ".weight"),
        hasTensor: reading.contains, ropeFactors: reading.ropeFactors)
    }
    let read = errors.gather { () throws(FileError) in
      try Tokenizer.reading(gguf: metadata, file: path)
    }
    try errors.check()
    guard let description = described, let tokenizer = read else {
      preconditionFailure("\(path): no error, and not all was read")
    }
    try description.requireRows(for: tokenizer, file: path)
    try reading.refuseUnused(description)
    let weights = try reading.frozenWeights(description)
    return LoadedModel(
      decoder: DecoderModel(description: description, weights: weights),
      tokenizer: tokenizer,
      chatTemplate: try ChatTemplateSource(gguf: metadata),
      name: try metadata.textIfPresent("general.name") ?? baseName(path), format: "gguf",
      path: path, reference: HubName(metadata)?.text, mappings: file.files)
  }

  /// GGUF has a number for F64, and no program computes with such weights: llama.cpp does not load them, or reads
  /// them as something else.
  private static func refuseDoubles(
    _ tensors: TensorDirectory, _ path: String
  ) throws(FileError) {
    guard let tensor = tensors.entries.first(where: { $0.elementType == .f64 }) else { return }
    throw FileError(
      .unsupported, file: path,
      cause: "the tensor \"\(tensor.name)\" is of type F64, which is not supported in GGUF",
      fix: "convert the model to F32, F16 or BF16")
  }
}
