import Checkpoints
import Files
import Tensors

/// A model as one GGUF file, made ready before a byte is written: what the format cannot say is refused by
/// then.
package struct GGUFModelFile {
  package let file: String
  private let metadata: GGUFMetadata
  private let tensors: [OutgoingTensor]
  /// What programs that read the file will do otherwise than with the original, as clauses.
  package let notes: [String]

  /// - Parameters:
  ///   - model: the model as its files have it.
  ///   - weights: what is written for its weights, in formats of GGUF.
  ///   - type: the type of file that they were written for; nil where the linear layers stayed as they were.
  ///   - file: where it goes.
  package init(
    of model: LoadedModel, weights: FrozenWeights, as type: GGUFFileType? = nil, to file: String
  ) throws(FileError) {
    self.file = file
    if model.format == "gguf" {
      let source = try GGUFParts(path: model.path)
      metadata = Self.metadata(source, weights, type, original: model.decoder.weights, to: file)
      tensors = source.tensors.entries.map {
        Self.tensor($0, of: model.decoder, weights)
      }
      notes = []
    } else {
      let made = try GGUFConversion(of: model, weights: weights, as: type, to: file)
      (metadata, tensors, notes) = (made.metadata, made.tensors, made.notes)
    }
    for tensor in tensors where tensor.type.ggmlNumber == nil {
      throw FileError(
        .unsupported, file: file,
        cause: "the tensor \(tensor.name) is kept as \(tensor.type), which GGUF files do not have",
        fix: "name a type for the linear layers that they have, such as q8_0")
    }
  }

  package func write() throws(FileError) {
    var writer = GGUFWriter(file: file)
    for key in metadata.keys {
      if let value = metadata[key] { writer.set(key, value) }
    }
    for tensor in tensors {
      try writer.add(tensor.name, tensor.type, shape: tensor.shape, contents: tensor.contents)
    }
    try writer.write()
  }

  // MARK: - From a GGUF file

  /// The file's own keys in their order, but for those that say how it is stored.
  private static func metadata(
    _ source: GGUFParts, _ weights: FrozenWeights, _ type: GGUFFileType?,
    original: FrozenWeights, to file: String
  ) -> GGUFMetadata {
    var result = GGUFMetadata(file: file)
    let formats = (weights.linears.map(\.format), original.linears.map(\.format))
    for key in source.metadata.keys where !key.hasPrefix("split.") {
      guard var value = source.metadata[key] else { continue }
      if key == "general.alignment" { value = .uint32(UInt32(GGUFWriter.alignment)) }
      if key == GGUFFileType.key, type != nil || formats.0 != formats.1 {
        value = GGUFFileType.value(of: weights, written: type)
      }
      _ = result.insert(key, value)
    }
    if type != nil {
      _ = result.insert(GGUFFileType.key, GGUFFileType.value(of: weights, written: type))
    }
    _ = result.insert("general.quantization_version", .uint32(2))
    return result
  }

  private static func tensor(
    _ entry: TensorEntry, of model: DecoderModel, _ weights: FrozenWeights
  ) -> OutgoingTensor {
    if let matrix = model.description.matrix(named: entry.name, of: weights) {
      return OutgoingTensor(entry.name, matrix)
    }
    return model.changedVector(named: entry.name, in: weights).map {
      OutgoingTensor(entry.name, $0, shape: entry.shape)
    } ?? OutgoingTensor(entry)
  }
}

extension DecoderDescription {
  /// The matrix that a tensor of this model's file is; nil for one that is none.
  func matrix(named name: String, of weights: FrozenWeights) -> FrozenMatrix? {
    if name == names.embedding + ".weight" { return weights.embedding }
    // also where the file has a copy of a tied embedding
    if name == names.head + ".weight" { return weights.head }
    guard let (module, layer) = module(named: name) else { return nil }
    return weights.blocks[layer][module.role].weight
  }

  /// The linear layer whose weight, or bias, a tensor is.
  func module(
    named name: String, _ part: String = "weight"
  ) -> (module: LinearModule, layer: Int)? {
    guard name.hasPrefix(names.block), name.hasSuffix("." + part) else { return nil }
    let rest = name.dropFirst(names.block.count)
    guard let dot = rest.firstIndex(of: "."), let layer = Int(rest[..<dot]),
      (0..<sizes.layers).contains(layer),
      let module = linears.first(where: {
        "\($0.tensor).\(part)" == rest[rest.index(after: dot)...]
      }
      )
    else { return nil }
    return (module, layer)
  }
}

extension DecoderModel {
  /// The bias or norm that a tensor of this model's file is, as the file has it, where other weights have another one.
  func changedVector(named name: String, in changed: FrozenWeights) -> [Float]? {
    if let norm = changedNorm(named: name, in: changed) { return norm }
    if name == description.names.head + ".bias" {
      return changed.headBias == weights.headBias ? nil : changed.headBias
    }
    guard let (module, layer) = description.module(named: name, "bias") else { return nil }
    let bias = changed.blocks[layer][module.role].bias
    guard bias != weights.blocks[layer][module.role].bias else { return nil }
    return description.rowOrder(of: module)?.map { bias[$0] } ?? bias
  }

  private func changedNorm(named name: String, in changed: FrozenWeights) -> [Float]? {
    for place in description.modulePlaces.compactMap(\.norm) {
      let parts = description.parts(of: place, in: description.names)
      guard let before = weights.norm(at: place), let after = changed.norm(at: place) else {
        continue
      }
      if let part = parts.firstIndex(where: { name == $0.name + ".weight" }),
        before.weight != after.weight
      {
        let count = after.weight.count / parts.count
        return after.weight[part * count..<(part + 1) * count].map { $0 - description.normOffset }
      }
      if name == parts[0].name + ".bias", before.bias != after.bias { return after.bias }
    }
    return nil
  }
}
