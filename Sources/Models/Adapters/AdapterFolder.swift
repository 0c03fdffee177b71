import Checkpoints
import Files
import Tensors

/// A folder as PEFT's `save_pretrained` writes it: `adapter_config.json` and
/// `adapter_model.safetensors` with A `[rank, inputs]` and B `[outputs, rank]` of each module, and the lengths
/// `[outputs]` of a weight-decomposed one; of the embedding `lora_embedding_A` and `_B`, and the own weight and bias
/// of a module that is trained itself.
///
/// GGUF files of some families, Llama's among them, have the rows of q_proj and k_proj in another order than Hugging Face's
/// (rotary pairs side by side); B's rows are put into Hugging Face's order here, so that the adapter
/// fits the original model.
package struct AdapterFolder {
  package static let weightsName = "adapter_model.safetensors"
  /// The training that made the adapter, to go on with; see `TrainingStateFile`.
  package static let stateName = "training_state.safetensors"

  private static let names: Set = [
    AdapterConfigurationFile.name, weightsName, AdapterCardFile.name, stateName,
  ]

  private let model: DecoderDescription
  private let baseModel: String
  private var tensors: AdapterTensors { AdapterTensors(model: model) }

  /// - Parameter baseModel: the name of the model that the adapter belongs to.
  package init(model: DecoderDescription, baseModel: String) {
    self.model = model
    self.baseModel = baseModel
  }

  // MARK: - Writing

  /// What `write` came to.
  package struct Written: Sendable {
    package let byteCount: Int
    package let sha256: String
  }

  /// Writes the files of an adapter, together or not at all. The folder is made if it is missing; other
  /// files in it stay.
  ///
  /// - Parameters:
  ///   - card: what the adapter belongs to; nil writes PEFT's two files only.
  ///   - state: the training that made it.
  ///   - keepsState: whether a training that the folder has belongs to this adapter.
  ///   - companions: files that go along, in place of those of their names.
  package func write(
    _ adapter: Adapter, to folder: String, card: AdapterCard? = nil, state: [UInt8]? = nil,
    keepsState: Bool = false, companions: [FolderFile] = []
  ) throws(FileError) -> Written {
    let bytes = try weights(of: adapter, file: folder + "/" + Self.weightsName)
    let config = AdapterConfigurationFile.value(
      of: adapter.configuration, on: model, baseModel: baseModel)
    var files = [
      FolderFile(Self.weightsName, bytes),
      FolderFile(AdapterConfigurationFile.name, Array(config.text(.pretty).utf8)),
    ]
    if let card { files.append(FolderFile(AdapterCardFile.name, AdapterCardFile.bytes(of: card))) }
    if let state { files.append(FolderFile(Self.stateName, state)) }
    try WholeFolder.write(
      files + companions, to: folder, owning: Self.names.union(companions.map(\.name)),
      keeping: keepsState ? [Self.stateName] : [])
    return Written(byteCount: bytes.count, sha256: FileDigest.sha256(bytes))
  }

  /// The fingerprint of the weights file that `write` would write.
  package func sha256(of adapter: Adapter) throws(FileError) -> String {
    FileDigest.sha256(try weights(of: adapter, file: Self.weightsName))
  }

  private func weights(of adapter: Adapter, file: String) throws(FileError) -> [UInt8] {
    var writer = SafetensorsWriter(file: file, metadata: ["format": "pt"])
    for entry in adapter.parameters.layout.entries {
      let pair = adapter.parameters.pair(entry)
      let names = tensors.names(of: entry)
      func order(_ row: Int) -> Int { model.storedRow(row, at: entry.place) }
      if let bias = pair.bias {
        let values = (0..<entry.biasCount).map { unsafe bias.base[order($0)] }
        try writer.add(names.bias, shape: [entry.biasCount], values: values)
      }
      if let weight = pair.weight {
        let saved = SavedWeight(entry, in: model)
        let values = saved.values(weight)
        let count = saved.shape.reduce(1, *)
        for (place, name) in names.weights.enumerated() {
          let part = Array(values[place * count..<(place + 1) * count])
          try writer.add(name, shape: saved.shape, values: part)
        }
        if entry.place == .table(.embedding), adapter.configuration.ensuresTying {
          try writer.add(tensors.tiedCopy, shape: saved.shape, values: values)
        }
      }
      guard entry.hasPair else { continue }
      let a = (0..<pair.a.count).map { unsafe pair.a.base[$0] }
      try writer.add(
        names.a, shape: [pair.a.rows, pair.a.columns], values: a)
      var b = [Float](repeating: 0, count: pair.bTransposed.count)
      for row in 0..<entry.outputs {
        let source = order(row)
        for column in 0..<pair.a.rows {
          b[row * pair.a.rows + column] = unsafe pair.bTransposed.row(column)[source]
        }
      }
      try writer.add(
        names.b, shape: [entry.outputs, pair.a.rows], values: b)
      if let lengths = pair.lengths {
        let values = (0..<entry.outputs).map { unsafe lengths.base[order($0)] }
        try writer.add(names.lengths, shape: [entry.outputs], values: values)
      }
    }
    return try writer.bytes()
  }

  // MARK: - Reading

  /// Reads an adapter with its card, which a folder of PEFT lacks, for the base of this model. One that
  /// was made on another base is refused.
  ///
  /// - Parameter weights: those of the base's file.
  package func read(
    _ folder: String, on base: BaseIdentity, of weights: FrozenWeights, with compute: Compute
  ) throws(FileError) -> (adapter: Adapter, card: AdapterCard?) {
    guard let card = try AdapterCardFile.read(folder) else {
      return (try read(folder, beside: (weights, compute)), nil)
    }
    if let difference = card.base.difference(from: base, with: compute.pool) {
      throw FileError(
        .malformed, file: folder + "/" + AdapterCardFile.name,
        cause: "the adapter was made on another base: \(difference)",
        fix: "load the model that it was made on; to use it here all the same, remove "
          + "\(AdapterCardFile.name) from the folder")
    }
    return (try read(folder, as: card.form), card)
  }

  /// Reads an adapter for this model; every tensor must fit, and none may be left over.
  ///
  /// - Parameters:
  ///   - form: what its card says that it is.
  ///   - base: the weights, of which PEFT takes some starts out; without them such an adapter is refused.
  package func read(
    _ folder: String, as form: LoRAConfiguration.Form = .lowRank,
    beside base: (weights: FrozenWeights, compute: Compute)? = nil
  ) throws(FileError) -> Adapter {
    let file = Self.place(of: AdapterConfigurationFile.name, in: folder)
    var config = try JSONValue(file: file)
    let start = base == nil ? nil : AdapterConfigurationFile.takeSubtractedStart(of: &config)
    let adapter = try read(folder, config, configFile: file, as: form, beside: base?.weights)
    guard let start, let base else { return adapter }
    guard !adapter.configuration.isWeightDecomposed,
      let whole = adapter.besideStart(start, of: base.weights, with: base.compute)
    else {
      throw FileError(
        .unsupported, file: file,
        cause: "its start, \(start.rawValue), cannot be taken out of this model's weights",
        fix: "convert it in PEFT: save_pretrained(…, path_initial_model_for_weight_conversion=…)")
    }
    return whole
  }

  private func read(
    _ folder: String, _ config: JSONValue, configFile: String, as form: LoRAConfiguration.Form,
    beside weights: FrozenWeights?
  ) throws(FileError) -> Adapter {
    let plain = try AdapterConfigurationFile.read(config, file: configFile, model: model)
    guard let configuration = plain.taking(form, of: model) else {
      throw otherForm(configFile, "its ranks are not those of \(form.rawValue)")
    }
    let layout = AdapterLayout(configuration: configuration, model: model)
    let file = Self.weights(in: folder)
    let directory = try SafetensorsFile.directory(ofFile: file)
    try tensors.requireAgreement(directory, with: layout, file: file)
    let reading = WeightReading(directory: directory, file: file)
    try tensors.requireBase(reading, with: layout, of: weights)
    // All are found before memory is taken: the configuration's rank may be anything.
    var sources: [Source] = []
    for entry in layout.entries {
      let names = tensors.names(of: entry)
      sources.append(
        Source(
          a: entry.hasPair
            ? try reading.matrix(names.a, rows: entry.rank, columns: entry.inputs) : nil,
          b: entry.hasPair
            ? try reading.matrix(names.b, rows: entry.outputs, columns: entry.rank) : nil,
          lengths: entry.hasLengths
            ? try reading.vector(names.lengths, count: entry.outputs) : [],
          bias: entry.hasBias ? try reading.vector(names.bias, count: entry.biasCount) : [],
          weight: entry.isSaved
            ? try SavedWeight(entry, in: model).read(names.weights, from: reading) : nil))
    }
    let parameters = AdapterVector(layout: layout)
    for (entry, source) in zip(layout.entries, sources) {
      let pair = parameters.pair(entry)
      if pair.isWhole, let a = source.a, !hasValues(a, of: pair.a) {
        throw otherForm(file, "\"\(tensors.names(of: entry).a)\" is no identity")
      }
      if let stored = source.weight, let weight = pair.weight {
        SavedWeight(entry, in: model).copy(stored, to: weight)
      }
      if entry.place == .table(.embedding), configuration.ensuresTying, let weight = pair.weight {
        try tensors.requireTied(reading, to: weight)
      }
      copy(source, to: pair, at: entry.place)
    }
    return Adapter(configuration: configuration, parameters: parameters)
  }

  private func otherForm(_ file: String, _ cause: String) -> FileError {
    FileError(
      .malformed, file: file,
      cause: "\(cause), which \(AdapterCardFile.name) says that the adapter is",
      fix: "take the adapter's files from the same folder, as they were saved together")
  }

  private func hasValues(_ stored: FrozenMatrix, of matrix: Matrix) -> Bool {
    var values = [Float](repeating: 0, count: stored.columns)
    return (0..<stored.rows).allSatisfy { row in
      unsafe values.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return true }
        unsafe stored.dequantize(row: row, into: base)
        return buffer.indices.allSatisfy { unsafe buffer[$0] == matrix.row(row)[$0] }
      }
    }
  }

  /// Older versions of PEFT wrote a pickle, which is read where nothing else is there.
  private static func weights(in folder: String) -> String {
    let file = place(of: weightsName, in: folder)
    let pickled = folder + "/adapter_model.bin"
    return !Paths.exists(file) && Paths.exists(pickled) ? pickled : file
  }

  private static func place(of name: String, in folder: String) -> String {
    FolderJournal.place(of: name, in: folder) ?? folder + "/" + name
  }

  /// What a file has of one module.
  private struct Source {
    let a: FrozenMatrix?
    let b: FrozenMatrix?
    /// Empty where there are none.
    let lengths: [Float]
    let bias: [Float]
    /// That of a module that is trained itself.
    let weight: SavedWeight.Stored?
  }

  private func copy(_ source: Source, to pair: LoRAPair, at place: ModulePlace) {
    for (row, value) in source.bias.enumerated() {
      guard let bias = pair.bias else { continue }
      unsafe bias.base[model.storedRow(row, at: place)] = value
    }
    for (row, length) in source.lengths.enumerated() {
      guard let lengths = pair.lengths else { continue }
      unsafe lengths.base[model.storedRow(row, at: place)] = length
    }
    guard let a = source.a, let b = source.b else { return }
    if !pair.isWhole {
      for row in 0..<a.rows { unsafe a.dequantize(row: row, into: pair.a.row(row)) }
    }
    var values = [Float](repeating: 0, count: b.columns)
    for row in 0..<b.rows {
      unsafe values.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { unsafe b.dequantize(row: row, into: base) }
      }
      let target = model.storedRow(row, at: place)
      for column in 0..<b.columns { unsafe pair.bTransposed.row(column)[target] = values[column] }
    }
  }
}
