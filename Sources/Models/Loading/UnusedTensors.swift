import Checkpoints

extension WeightReading {
  /// Refuses tensors that the model of this configuration does not use: a bias, a norm or an expert
  /// that is left out gives a number, and the wrong one.
  func refuseUnused(
    _ configuration: ModelConfiguration, names: WeightNames
  ) throws(CheckpointError) {
    // Fewer tensors than layers need no list of a hostile number of names.
    guard configuration.layerCount <= directory.entries.count else {
      throw CheckpointError(
        .malformed, file: file,
        cause: "the configuration says \(configuration.layerCount) layers, and there are only "
          + "\(directory.entries.count) tensors",
        fix: "check that configuration and weights belong together")
    }
    let used = names.all(of: configuration)
    for entry in directory.entries where !used.contains(entry.name) {
      if names.isHarmless(entry.name) { continue }
      if entry.name == names.head, configuration.tiesHead {
        try requireCopyOfEmbedding(entry, names)
      } else {
        throw CheckpointError(
          .unsupported, file: file,
          cause: "the tensor \"\(entry.name)\" is used by no part of a Llama model of "
            + "\(configuration.layerCount) layers",
          fix: entry.name.hasSuffix("bias")
            ? "use a Llama model without biases"
            : "check that configuration and weights belong together, and to a plain Llama model")
      }
    }
  }

  /// A tied head may be stored as well, as long as it is the embedding.
  private func requireCopyOfEmbedding(
    _ head: TensorEntry, _ names: WeightNames
  ) throws(CheckpointError) {
    let embedding = try directory.entry(names.embedding, file: file)
    guard head.elementType == embedding.elementType, head.shape == embedding.shape,
      head.bytes.elementsEqual(embedding.bytes)
    else {
      throw CheckpointError(
        .malformed, file: file,
        cause: "\"tie_word_embeddings\" is true, but the tensor \"\(head.name)\" is not the same "
          + "as \"\(names.embedding)\"",
        fix: "set it to false in config.json if the model has a head of its own, or remove the "
          + "tensor")
    }
  }
}
