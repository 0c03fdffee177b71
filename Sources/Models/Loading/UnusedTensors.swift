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
      // A copy of the embedding.
      if entry.name == model.names.head + ".weight", model.tiesHead { continue }
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

  /// Whether the output head is the embedding: where both are there and differ, transformers 5 takes the
  /// head that is there, whatever the configuration says.
  func tiesHead(_ model: DecoderDescription) -> Bool {
    guard model.tiesHead, let head = directory[model.names.head + ".weight"],
      let embedding = directory[model.names.embedding + ".weight"]
    else { return model.tiesHead }
    return head.elementType == embedding.elementType && head.shape == embedding.shape
      && (unsafe !hasNumbers || head.bytes.elementsEqual(embedding.bytes))
  }
}
