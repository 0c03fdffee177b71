import Checkpoints
import Files

extension WeightReading {
  /// Refuses tensors that the model does not use: a bias, a norm or an expert that is left out gives a
  /// number, and the wrong one.
  func refuseUnused(_ model: DecoderDescription) throws(FileError) {
    // Fewer tensors than layers need no list of a hostile number of names.
    guard model.sizes.layers <= directory.entries.count else {
      throw FileError(
        .malformed, file: file,
        cause: "the configuration says \(model.sizes.layers) layers, and there are only "
          + "\(directory.entries.count) tensors",
        fix: "check that configuration and weights belong together")
    }
    var used = model.tensorNames
    for name in used { used.formUnion(companions(of: name)) }
    for entry in directory.entries where !used.contains(entry.name) {
      if model.names.isHarmless(entry.name) { continue }
      if entry.name == model.names.head + ".weight", model.tiesHead {
        try requireCopyOfEmbedding(entry, model.names)
      } else {
        throw FileError(
          .unsupported, file: file,
          cause:
            "the tensor \"\(entry.name)\" is used by no part of a model of type \"\(model.architecture)\" "
            + "with \(model.sizes.layers) layers",
          fix: entry.name.hasSuffix("bias")
            ? "use a model of this type without biases there"
            : "check that configuration and weights belong together, and to a plain model of this type"
        )
      }
    }
  }

  /// A tied head may be stored as well, as long as it is the embedding.
  private func requireCopyOfEmbedding(
    _ head: TensorEntry, _ names: TensorNames
  ) throws(FileError) {
    let embedding = try directory.entry(names.embedding + ".weight", file: file)
    guard head.elementType == embedding.elementType, head.shape == embedding.shape,
      unsafe !hasNumbers || head.bytes.elementsEqual(embedding.bytes)
    else {
      throw FileError(
        .malformed, file: file,
        cause: "\"tie_word_embeddings\" is true, but the tensor \"\(head.name)\" is not the same "
          + "as \"\(names.embedding).weight\"",
        fix: "set it to false in config.json if the model has a head of its own, or remove the "
          + "tensor")
    }
  }
}
