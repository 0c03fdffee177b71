import Checkpoints
import Files
import Tensors

/// An adapter's folder as mlx-lm reads it (`tuner/utils.py`): `adapters.safetensors` with A `[inputs, rank]` and
/// B `[rank, outputs]` of each module, which are PEFT's transposed, and `adapter_config.json` with the scale that
/// PEFT makes of alpha and rank. It puts layers into the last `num_layers` blocks; those that the adapter does not
/// have start at zero there and change nothing.
package struct MLXAdapterFolder {
  private static let weightsName = "adapters.safetensors"
  /// Where mlx-lm's families have their blocks, which transformers' have mostly as well.
  private static let blockPath = "model.layers."

  private let model: DecoderDescription

  /// - Parameters:
  ///   - model: the base.
  ///   - folder: where it goes, for errors.
  package init(model: DecoderDescription, folder: String) throws(FileError) {
    guard model.blockPath == Self.blockPath else {
      throw FileError(
        .unsupported, file: folder,
        cause:
          "mlx-lm calls the layers of a model of type \"\(model.architecture)\" otherwise than "
          + "transformers, which Skillet does not know",
        fix: "save the adapter for PEFT: format: peft")
    }
    self.model = model
  }

  /// Writes both files, together or not at all.
  ///
  /// - Parameter baseModel: what mlx-lm's `model` names.
  package func write(
    _ adapter: Adapter, to folder: String, baseModel: String
  ) throws(FileError) -> AdapterFolder.Written {
    guard !Paths.exists(folder + "/" + AdapterFolder.weightsName) else {
      throw FileError(
        .unwritable, file: folder,
        cause: "the folder holds an adapter for PEFT, whose adapter_config.json has the same name",
        fix: "choose another folder")
    }
    let own = adapter.configuration
    guard !own.isWeightDecomposed, own.ranks.isEmpty, own.alphas.isEmpty, own.only == nil else {
      throw FileError(
        .unsupported, file: folder,
        cause:
          "mlx-lm has one rank and one scale for the same layers in each block, and no such DoRA",
        fix: "save the adapter for PEFT: format: peft")
    }
    guard own.biases == .none else {
      throw FileError(
        .unsupported, file: folder, cause: "an adapter of mlx-lm has no place for trained biases",
        fix: "save the adapter for PEFT: format: peft")
    }
    guard own.saved.isEmpty, own.tokens.isEmpty else {
      throw FileError(
        .unsupported, file: folder,
        cause: "Skillet writes no modules or tokens that are trained themselves (modules_to_save, "
          + "trainable_token_indices) for mlx-lm",
        fix: "save the adapter for PEFT: format: peft")
    }
    guard own.tables.isEmpty else {
      throw FileError(
        .unsupported, file: folder,
        cause: "Skillet writes adapters of the layers in blocks for mlx-lm, and this one changes "
          + own.tables.sorted().map { model.name(of: .table($0)) }.joined(separator: " and "),
        fix: "save the adapter for PEFT: format: peft")
    }
    let bytes = try weights(of: adapter, file: folder + "/" + Self.weightsName)
    try WholeFolder.write(
      [
        FolderFile(Self.weightsName, bytes),
        FolderFile(
          AdapterConfigurationFile.name,
          Array(configuration(of: adapter, baseModel).text(.pretty).utf8)),
      ], to: folder, owning: [Self.weightsName, AdapterConfigurationFile.name])
    return AdapterFolder.Written(byteCount: bytes.count, sha256: FileDigest.sha256(bytes))
  }

  private func configuration(of adapter: Adapter, _ baseModel: String) -> JSONValue {
    let configuration = adapter.configuration
    let keys = model.linears.filter { configuration.targets.contains($0.role) }.map(\.path)
    return [
      "fine_tune_type": "lora", "model": .string(baseModel),
      "num_layers": .int(model.sizes.layers - adapter.parameters.layout.lowestLayer),
      "lora_parameters": [
        "rank": .int(configuration.rank), "scale": .double(Double(configuration.scale)),
        "dropout": .double(Double(configuration.dropout.description) ?? 0),
        "keys": .array(keys.map { .string($0) }),
      ],
    ]
  }

  private func weights(of adapter: Adapter, file: String) throws(FileError) -> [UInt8] {
    var writer = SafetensorsWriter(file: file, metadata: ["format": "mlx"])
    for entry in adapter.parameters.layout.entries {
      let pair = adapter.parameters.pair(entry)
      let rank = pair.a.rows
      let path = model.path(at: entry.place)
      var a = [Float](repeating: 0, count: pair.a.count)
      for row in 0..<rank {
        for column in 0..<entry.inputs { a[column * rank + row] = unsafe pair.a.row(row)[column] }
      }
      try writer.add(path + ".lora_a", shape: [entry.inputs, rank], values: a)
      let places = (0..<entry.outputs).map { model.storedRow($0, at: entry.place) }
      let b = (0..<rank).flatMap { row in
        places.map { unsafe pair.bTransposed.row(row)[$0] }
      }
      try writer.add(path + ".lora_b", shape: [rank, entry.outputs], values: b)
    }
    return try writer.bytes()
  }
}
