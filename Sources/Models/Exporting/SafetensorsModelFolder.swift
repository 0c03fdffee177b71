import Checkpoints
import Files
import Tensors
import Tokenizers

/// A model as a Hugging Face folder, made ready before a byte is written: weights under transformers' names in
/// one file or in shards with an index, its configuration, and the files of its tokenizer: a folder's own as they
/// are, those that a GGUF file's keys amount to.
package struct SafetensorsModelFolder {
  /// A shard's most bytes, as transformers had it up to version 4.
  package static let shardSize = 5_000_000_000
  private static let configName = "config.json"
  private static let wholeName = "model.safetensors"
  private static let indexName = wholeName + ".index.json"
  /// Files that go along as they are.
  private static let companions =
    ["generation_config.json", "chat_template.jinja"] + Tokenizer.fileNames
    + Tokenizer.olderFileNames

  package let folder: String
  /// What is otherwise in the folder than in the model's file, as clauses.
  package let notes: [String]
  private let tensors: [OutgoingTensor]
  private let config: [UInt8]
  private let companions: [FolderFile]
  private let shardSize: Int

  /// - Parameters:
  ///   - model: a model of either kind of files; what a GGUF file does not say as such a folder, or not as this model's
  ///     family does, is refused by name.
  ///   - weights: what is written for its weights, in f32, f16 or bf16.
  ///   - format: what `config.json` says of them; nil leaves a folder's own as it is. Vectors are written as they are.
  package init(
    of model: LoadedModel, weights: FrozenWeights, as format: WeightFormat?, to folder: String,
    shardSize: Int = shardSize
  ) throws(FileError) {
    self.folder = folder
    self.shardSize = shardSize
    if model.format == "gguf" {
      try Self.requireFloats(weights, of: model, to: folder)
      let made = try HuggingFaceConversion(of: model, weights: weights, as: format, to: folder)
      (tensors, config, companions) = (made.tensors, made.config, made.companions)
      notes = made.notes
      return
    }
    notes = []
    tensors = try Self.tensors(of: model, weights, to: folder)
    config = try Self.config(of: model, format)
    var files: [FolderFile] = []
    for name in Self.companions where Paths.exists(model.path + "/" + name) {
      files.append(FolderFile(name, try MappedFile.contents(of: model.path + "/" + name)))
    }
    companions = files
  }

  // MARK: - From a folder

  /// Its own tensors in their order, with the weights that are written for them.
  private static func tensors(
    of model: LoadedModel, _ weights: FrozenWeights, to folder: String
  ) throws(FileError) -> [OutgoingTensor] {
    let description = model.decoder.description
    var tensors: [OutgoingTensor] = []
    let stored = WeightReading(
      directory: try SafetensorsFile.directory(ofFolder: model.path), file: model.path)
    let factors = Set(stored.directory.names.flatMap(stored.companions))
    for entry in stored.directory.entries where !factors.contains(entry.name) {
      if let matrix = description.matrix(named: entry.name, of: weights) {
        try requireFloats(matrix, entry.name, to: folder)
        let module = description.module(named: entry.name)?.module
        tensors.append(
          OutgoingTensor(
            entry.name, matrix, order: module.flatMap { description.rowOrder(of: $0) },
            isTransposed: module?.isTransposed ?? false))
      } else if let vector = model.decoder.changedVector(named: entry.name, in: weights) {
        tensors.append(OutgoingTensor(entry.name, vector, shape: entry.shape))
      } else {
        tensors.append(OutgoingTensor(entry))
      }
    }
    return tensors
  }

  /// Refuses a model with matrices in formats that safetensors does not have.
  private static func requireFloats(
    _ weights: FrozenWeights, of model: LoadedModel, to folder: String
  ) throws(FileError) {
    let names = model.decoder.description.names
    try requireFloats(weights.embedding, names.embedding + ".weight", to: folder)
    try requireFloats(weights.head, names.head + ".weight", to: folder)
    for (layer, block) in weights.blocks.enumerated() {
      for module in model.decoder.description.linears {
        let name = names.name(module.tensor, layer) + ".weight"
        try requireFloats(block[module.role].weight, name, to: folder)
      }
    }
  }

  private static func requireFloats(
    _ matrix: FrozenMatrix, _ name: String, to folder: String
  ) throws(FileError) {
    guard ElementType(matrix.format).isScalar, matrix.factorBlock == 0, matrix.format != .int8
    else {
      throw FileError(
        .unsupported, file: folder,
        cause:
          "the tensor \(name) is kept as \(matrix.format.rawValue), which safetensors does not "
          + "have",
        fix: "name a type that it has: type: bf16, type: f16 or type: f32")
    }
  }

  /// The configuration, with the type that the weights have now; those of fewer bits are written as floats.
  private static func config(
    of model: LoadedModel, _ format: WeightFormat?
  ) throws(FileError) -> [UInt8] {
    let file = model.path + "/" + configName
    guard var object = try JSONValue(file: file).object else {
      return try MappedFile.contents(of: file)
    }
    let isPacked = object["quantization_config"]?.isNull == false
    guard let name = format?.torchName ?? (isPacked ? WeightFormat.f32.torchName : nil) else {
      return try MappedFile.contents(of: file)
    }
    object["quantization_config"] = nil
    let keys = ["dtype", "torch_dtype"].filter { object[$0] != nil }
    for key in keys.isEmpty ? ["dtype"] : keys { object[key] = .string(name) }
    return Array(JSONValue.object(object).text(.pretty, sortedKeys: false).utf8)
  }

  // MARK: - Writing

  package func write() throws(FileError) {
    let shards = shards
    var files: [FolderFile] = []
    var map = JSONObject()
    for (number, shard) in shards.enumerated() {
      let name = shards.count == 1 ? Self.wholeName : Self.shardName(number + 1, of: shards.count)
      var writer = SafetensorsWriter(file: folder + "/" + name, metadata: ["format": "pt"])
      for tensor in shard {
        try writer.add(tensor.name, tensor.type, shape: tensor.shape, contents: tensor.contents)
        map[tensor.name] = .string(name)
      }
      files.append(FolderFile(name) { body throws(FileError) in try writer.forEachPart(body) })
    }
    if shards.count > 1 {
      let index: JSONValue = [
        "metadata": ["total_size": .int(tensors.reduce(0) { $0 + $1.byteCount })],
        "weight_map": .object(map),
      ]
      files.append(FolderFile(Self.indexName, Array(index.text(.pretty).utf8)))
    }
    files.append(FolderFile(Self.configName, config))
    files += companions
    try WholeFolder.write(files, to: folder, owning: owned)
  }

  private static func shardName(_ number: Int, of count: Int) -> String {
    func digits(_ number: Int) -> String { String(String(100_000 + number).dropFirst()) }
    return "model-\(digits(number))-of-\(digits(count)).safetensors"
  }

  /// Tensors in their order, as many a shard as fit.
  private var shards: [[OutgoingTensor]] {
    var shards: [[OutgoingTensor]] = [[]]
    var size = 0
    for tensor in tensors {
      if size > 0, size + tensor.byteCount > shardSize {
        shards.append([])
        size = 0
      }
      shards[shards.count - 1].append(tensor)
      size += tensor.byteCount
    }
    return shards
  }

  /// What an earlier writing may have left in the folder, shards included.
  private var owned: Set<String> {
    let shards = (Paths.names(in: folder) ?? []).filter {
      $0.hasPrefix("model-") && $0.hasSuffix(".safetensors")
    }
    return Set([Self.configName, Self.wholeName, Self.indexName] + Self.companions + shards)
  }
}

extension WeightFormat {
  /// What configurations call it, of the formats that safetensors has here.
  var torchName: String? {
    switch self {
    case .f32: "float32"
    case .f16: "float16"
    case .bf16: "bfloat16"
    default: nil
    }
  }
}

extension OutgoingTensor {
  var byteCount: Int { type.byteCount(ofShape: shape) ?? 0 }
}
