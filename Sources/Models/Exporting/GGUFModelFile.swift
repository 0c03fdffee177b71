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
  ///   - file: where it goes.
  package init(
    of model: LoadedModel, weights: FrozenWeights, to file: String
  ) throws(FileError) {
    self.file = file
    if model.format == "gguf" {
      let source = try GGUFParts(path: model.path)
      metadata = Self.metadata(source, weights, original: model.decoder.weights, to: file)
      tensors = source.tensors.entries.map {
        Self.tensor($0, of: model.decoder, weights)
      }
      notes = []
    } else {
      let made = try GGUFConversion(of: model, weights: weights, to: file)
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
    _ source: GGUFParts, _ weights: FrozenWeights, original: FrozenWeights, to file: String
  ) -> GGUFMetadata {
    var result = GGUFMetadata(file: file)
    let formats = (weights.linears.map(\.format), original.linears.map(\.format))
    for key in source.metadata.keys where !key.hasPrefix("split.") {
      guard var value = source.metadata[key] else { continue }
      if key == "general.alignment" { value = .uint32(UInt32(GGUFWriter.alignment)) }
      if key == GGUFFileType.key, formats.0 != formats.1 {
        value = GGUFFileType.value(of: weights)
      }
      _ = result.insert(key, value)
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

/// `general.file_type`: which type most of a file's weights have (llama.cpp's `llama_ftype`).
enum GGUFFileType {
  static let key = "general.file_type"

  private static let numbers: [WeightFormat: UInt32] = [
    .f32: 0, .f16: 1, .q4_0: 2, .q4_1: 3, .q8_0: 7, .bf16: 32,
  ]
  /// What llama.cpp guesses from the tensors.
  private static let guessed: UInt32 = 1024

  static func value(of weights: FrozenWeights) -> GGUFValue {
    var counts: [WeightFormat: Int] = [:]
    for matrix in weights.linears { counts[matrix.format, default: 0] += matrix.elementCount }
    let most = counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }
    return .uint32(most.flatMap { numbers[$0.key] } ?? guessed)
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
    return module.isGrouped
      ? bias.indices.map { bias[description.sizes.rowSideBySide($0)] } : bias
  }

  private func changedNorm(named name: String, in changed: FrozenWeights) -> [Float]? {
    for place in description.modulePlaces.compactMap(\.norm) {
      let own = description.names.name(of: place)
      guard name.hasPrefix(own), let before = weights.norm(at: place),
        let after = changed.norm(at: place)
      else { continue }
      if name == own + ".weight", before.weight != after.weight {
        return after.weight.map { $0 - description.normOffset }
      }
      if name == own + ".bias", before.bias != after.bias { return after.bias }
    }
    return nil
  }
}
