import Checkpoints
import Files
import Tensors

/// A LoRA adapter as llama.cpp reads it (src/llama-adapter.cpp): one GGUF file with A `[rank, inputs]` and B
/// `[outputs, rank]` of each module under the name of its matrix, the rows of B in GGUF's order; of the embedding A
/// is `[inputs, rank]`, whose rows it takes by token. A head that is the embedding has one name for both there, so
/// that a change of one of them alone cannot be said.
///
/// llama.cpp multiplies by `adapter.lora.alpha` over the rank, and by 1 where that is 0. The alpha written here is
/// scale · rank, whatever the scale was made of; a scale of 0 makes B zero.
package struct GGUFAdapterFile {
  /// What it is called in a folder.
  package static let name = "adapter.gguf"

  private let model: DecoderDescription
  private let baseModel: String
  private let family: Architecture
  private let architecture: String

  /// - Parameters:
  ///   - model: the base.
  ///   - file: where it goes, for errors.
  package init(
    model: DecoderDescription, baseModel: String, file: String
  ) throws(FileError) {
    guard let family = Architecture.named(model.architecture)?.ggufFamily,
      let name = family.ggufName
    else {
      throw FileError(
        .unsupported, file: file,
        cause: "GGUF has no family for models of type \"\(model.architecture)\"",
        fix: "save the adapter for PEFT: format: peft")
    }
    (self.model, self.baseModel, self.family, architecture) = (model, baseModel, family, name)
  }

  /// Writes the file, whole or not at all, and reads it back.
  package func write(_ adapter: Adapter, to file: String) throws(FileError) -> AdapterFolder.Written
  {
    guard !adapter.configuration.isWeightDecomposed else {
      throw FileError(
        .unsupported, file: file,
        cause: "GGUF has no place for the lengths of a weight-decomposed adapter (DoRA)",
        fix: "save it for PEFT, or fold it in: merge, then export")
    }
    guard adapter.configuration.biases == .none else {
      throw FileError(
        .unsupported, file: file, cause: "an adapter in GGUF has no place for trained biases",
        fix: "save it for PEFT, or fold it in: merge, then export")
    }
    guard adapter.configuration.saved.isEmpty, adapter.configuration.tokens.isEmpty else {
      throw FileError(
        .unsupported, file: file,
        cause: "an adapter in GGUF has no place for modules or tokens that are trained "
          + "themselves (modules_to_save, trainable_token_indices)",
        fix: "save it for PEFT, or fold it in: merge, then export")
    }
    guard !model.tiesHead || adapter.configuration.tables.isEmpty else {
      throw FileError(
        .unsupported, file: file,
        cause:
          "the embedding and the output head of this model are one matrix, and GGUF has one name for "
          + "both: llama.cpp would change the other one too",
        fix: "save the adapter for PEFT: format: peft")
    }
    let rank = adapter.configuration.rank
    let scale = adapter.configuration.scale
    // The one number that llama.cpp divides by each tensor's rank.
    let alpha = scale == 0 ? Float(rank) : scale * Float(rank)
    var writer = GGUFWriter(file: file)
    writer.set("general.architecture", .string(architecture))
    writer.set("general.type", .string("adapter"))
    writer.set("general.name", .string(baseModel))
    writer.set(GGUFFileType.key, .uint32(0))
    writer.set("general.base_model.count", .uint32(1))
    writer.set("general.base_model.0.name", .string(baseModel))
    writer.set("adapter.type", .string("lora"))
    writer.set("adapter.lora.alpha", .float32(alpha))
    for entry in adapter.parameters.layout.entries {
      let pair = adapter.parameters.pair(entry)
      let name = try tensorName(of: entry, file: file)
      // What the format cannot say is folded in.
      let factor = entry.scale * Float(entry.rank) / alpha
      let a = Self.a(of: entry, pair)
      try writer.add(name + ".lora_a", .f32, shape: a.shape) {
        OutgoingTensor.littleEndian(a.values)
      }
      let order = entry.role.flatMap { model.rowOrder(of: $0, pairing: family.ggufPairing) }
      try writer.add(name + ".lora_b", .f32, shape: [entry.outputs, entry.rank]) {
        OutgoingTensor.littleEndian(
          (0..<entry.outputs).flatMap { row in
            (0..<entry.rank).map { column in
              unsafe factor * pair.bTransposed.row(column)[order?[row] ?? row]
            }
          })
      }
    }
    try writer.write()
    let written = try MappedFile(path: file)
    try check(try GGUFFile(written), adapter, file)
    return withExtendedLifetime(written) {
      AdapterFolder.Written(
        byteCount: unsafe written.bytes.count, sha256: unsafe FileDigest.sha256(written.bytes))
    }
  }

  /// A as the file has it.
  private static func a(
    of entry: AdapterLayout.Entry, _ pair: LoRAPair
  ) -> (shape: [Int], values: [Float]) {
    guard entry.place == .table(.embedding) else {
      return ([entry.rank, entry.inputs], (0..<pair.a.count).map { unsafe pair.a.base[$0] })
    }
    return (
      [entry.inputs, entry.rank],
      (0..<entry.inputs).flatMap { token in
        (0..<entry.rank).map { unsafe pair.a.row($0)[token] }
      }
    )
  }

  private func tensorName(
    of entry: AdapterLayout.Entry, file: String
  ) throws(FileError) -> String {
    switch entry.place {
    case .table(.embedding): return family.ggufNames.embedding + ".weight"
    case .table(.head): return family.ggufNames.head + ".weight"
    case .norm(let norm): preconditionFailure("a pair beside the norm \(norm)")
    case .block(let layer, let role):
      let path = model.linear(role)?.path
      guard let form = family.linears.first(where: { $0.role == role && $0.path == path }) else {
        throw FileError(
          .unsupported, file: file,
          cause: "GGUF has no name for the layer \(path ?? role.rawValue) of a model of type "
            + "\"\(model.architecture)\"",
          fix: "save the adapter for PEFT: format: peft")
      }
      return TensorNames.gguf.name(form.gguf, layer) + ".weight"
    }
  }

  /// Compares what the file has with what was to be written.
  private func check(
    _ read: GGUFFile, _ adapter: Adapter, _ file: String
  ) throws(FileError) {
    let reading = WeightReading(directory: read.tensors, file: file)
    for entry in adapter.parameters.layout.entries {
      let name = try tensorName(of: entry, file: file)
      let expected = Self.a(of: entry, adapter.parameters.pair(entry))
      let columns = expected.shape[1]
      let a = try reading.matrix(name + ".lora_a", rows: expected.shape[0], columns: columns)
      _ = try reading.matrix(name + ".lora_b", rows: entry.outputs, columns: entry.rank)
      var row = [Float](repeating: 0, count: columns)
      unsafe row.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { unsafe a.dequantize(row: 0, into: base) }
      }
      guard row.elementsEqual(expected.values.prefix(columns)) else {
        throw FileError(
          .malformed, file: file, cause: "the file was written, and read back \(name) is another",
          fix: "check the disk, and save again")
      }
    }
  }
}
