import Checkpoints
import Files
import Models
import Tensors
import TestSupport
import Testing

/// Adapters that PEFT wrote, read and written again; see References/README.md.
@Suite struct AdapterFolderTests {
  /// A folder of PEFT, the file with its logits and their name there.
  struct Case: Sendable, CustomTestStringConvertible {
    let model: String
    let adapter: String
    let logits: String
    let name: String

    var testDescription: String { "\(adapter) on \(model)" }
    var folder: String { References.path(adapter) }
  }

  static let cases = ["hf", "f32.gguf"].flatMap { model in
    [
      ("lora/adapter_initial", "lora", "initial"), ("lora/adapter_final", "lora", "final"),
      ("adapters/rslora_some_layers", "adapters", "rslora_some_layers"),
    ].map { Case(model: model, adapter: $0.0, logits: $0.1, name: $0.2) }
  }

  private let compute = Compute(threadCount: 2, precision: .f32)

  private func decoder(_ file: String) throws -> DecoderModel {
    try LoadedModel(path: References.path("tiny-llama/\(file)")).decoder
  }

  private func folder(of model: DecoderModel) -> AdapterFolder {
    AdapterFolder(model: model.description, baseModel: "tiny-llama")
  }

  private func tokens(_ name: String) throws -> [Int32] {
    try JSONValue(golden: "tiny-llama/expected.json").at("sequences", name).tokens()
  }

  private func expectLogits(
    _ name: String, in file: String, of adapter: Adapter, _ model: DecoderModel
  ) throws {
    let golden = try Goldens("\(file)/logits.safetensors").floats("\(name).s7.last_logits")
    let logits = model.logitRows(try tokens("s7"), adapter: adapter, with: compute)
    let last = logits.flatMap { $0 }.suffix(golden.count)
    #expect(relativeError(Array(last), golden) < 1e-5)
  }

  @Test(arguments: cases)
  func adaptersOfPEFTGiveItsLogits(of sample: Case) throws {
    let model = try decoder(sample.model)
    let adapter = try folder(of: model).read(sample.folder)
    try expectLogits(sample.name, in: sample.logits, of: adapter, model)
  }

  @Test(arguments: ["hf", "f32.gguf"])
  func rankStabilizedScalesAreThoseOfPEFT(file: String) throws {
    let model = try decoder(file)
    let initial = try folder(of: model).read(References.path("lora/adapter_initial"))
    var configuration = initial.configuration
    configuration.isRankStabilized = true
    let adapter = Adapter(
      configuration: configuration,
      parameters: AdapterVector(
        layout: AdapterLayout(configuration: configuration, model: model.description)))
    adapter.parameters.values.update(from: initial.parameters.values, count: initial.trainableCount)
    try expectLogits("rslora", in: "lora", of: adapter, model)
  }

  @Test(arguments: cases)
  func whatIsWrittenAgainIsPEFTsFileByteForByte(of sample: Case) throws {
    let model = try decoder(sample.model)
    let target = TemporaryFolder()
    let adapter = try folder(of: model).read(sample.folder)
    let written = try folder(of: model).write(adapter, to: target.path)
    let ours = try MappedFile(path: target.path + "/adapter_model.safetensors").contents()
    let theirs = try MappedFile(path: sample.folder + "/adapter_model.safetensors").contents()
    #expect(ours == theirs)
    #expect(written.byteCount == ours.count)
    #expect(written.sha256 == FileDigest.sha256(ours))
    #expect(try folder(of: model).sha256(of: adapter) == written.sha256)
    #expect(target.names == ["adapter_config.json", "adapter_model.safetensors"])
  }

  @Test(arguments: cases)
  func whatIsWrittenSaysOfItselfWhatPEFTSays(of sample: Case) throws {
    let model = try decoder(sample.model)
    let target = TemporaryFolder()
    _ = try folder(of: model).write(
      try folder(of: model).read(sample.folder), to: target.path)
    let key = sample.adapter.split(separator: "/").last.map(String.init) ?? ""
    let format = key == "adapter_final" ? "adapter_initial" : key
    let golden = try JSONValue(golden: "adapters/format.json").at(format)
    let file = try Goldens(path: target.path + "/adapter_model.safetensors")
    let tensors = (try golden.at("tensors")).object?.members ?? []
    #expect(!tensors.isEmpty)
    #expect(
      file.descriptions.mapValues { JSONValue.string($0) }
        == Dictionary(uniqueKeysWithValues: tensors.map { ($0.key, $0.value) }))
    #expect(try golden.at("metadata", "format").string == file.metadata["format"])
    #expect(file.metadata.count == 1)
    let ours = try JSONValue(file: target.path + "/adapter_config.json").object?.members ?? []
    let theirs = try JSONValue(file: sample.folder + "/adapter_config.json")
    #expect(ours.count > 15)
    for member in ours {
      let value = member.key == "target_modules" ? sorted(member.value) : member.value
      if let number = value.double {
        #expect(theirs[member.key]?.double == number, "\(member.key)")
      } else {
        #expect(theirs[member.key] == value, "\(member.key)")
      }
    }
  }

  private func sorted(_ names: JSONValue) -> JSONValue {
    .array((names.array ?? []).compactMap(\.string).sorted().map { .string($0) })
  }

  /// Other layers in each block, with ranks and alphas of their own, and lengths.
  private func uneven(_ model: DecoderDescription) -> LoRAConfiguration {
    var lora = LoRAConfiguration(rank: 4, alpha: 8)
    lora.isWeightDecomposed = true
    lora.choose(
      [.block(0, .query), .block(0, .down), .block(2, .query), .block(2, .up)], of: model)
    lora.ranks = [
      ModulePlace(layer: 0, role: .query): 2, ModulePlace(layer: 2, role: .query): 2,
      ModulePlace(layer: 2, role: .up): 7,
    ]
    lora.alphas = [ModulePlace(layer: 0, role: .query): 1.5]
    return lora
  }

  @Test(arguments: [RotaryEmbedding.Pairing.halves, .adjacent])
  func writingAndReadingKeepsEveryBit(pairing: RotaryEmbedding.Pairing) throws {
    let configuration = TinyModel.configuration(layers: 3, pairing: pairing)
    let places = AdapterFolder(model: configuration, baseModel: "random")
    for lora in [
      LoRAConfiguration(
        rank: 5, alpha: 7.5, dropout: 0.25, targets: configuration.linears.map(\.role)),
      LoRAConfiguration(
        rank: 1, alpha: 16, targets: [.key, .down], layers: [1], isRankStabilized: true),
      uneven(configuration),
    ] {
      let target = TemporaryFolder()
      let adapter = TinyModel.adapter(lora, model: configuration)
      _ = try places.write(adapter, to: target.path)
      let again = try places.read(target.path)
      #expect(again.configuration == lora)
      #expect(again.trainableCount == adapter.trainableCount)
      for index in 0..<adapter.trainableCount {
        #expect(again.parameters.values[index] == adapter.parameters.values[index])
      }
    }
  }

  @Test(arguments: ["patterns", "dora"], ["hf", "f32.gguf"])
  func
    `adapters with patterns and weight-decomposed ones give PEFT's logits, and are written again as they were`(
      adapter: String, file: String
    ) throws
  {
    let model = try decoder(file)
    let path = References.path("adapters/\(adapter)")
    let read = try folder(of: model).read(path)
    let rows = model.logitRows(try tokens("s7"), adapter: read, with: compute)
    let golden = try Goldens("adapters/logits.safetensors").floats("\(adapter).s7.last_logits")
    #expect(relativeError(rows.suffix(2).flatMap { $0 }, golden) < 1e-5)
    let target = TemporaryFolder()
    _ = try folder(of: model).write(read, to: target.path)
    let (ours, theirs) = (
      try Goldens(path: target.path + "/adapter_model.safetensors"),
      try Goldens(path: path + "/adapter_model.safetensors")
    )
    #expect(ours.names == theirs.names)
    for name in theirs.names { #expect(try ours.floats(name) == theirs.floats(name)) }
    #expect(try folder(of: model).read(target.path).configuration == read.configuration)
  }
}
