import Checkpoints
import Files
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Models that are written and read again.
@Suite struct ExportedModelTests {
  private let exact = Compute(threadCount: 2, precision: .f32)
  private static let prompts = ["The quick brown fox", "def total(values):\n  return 12345"]

  private static let families =
    (Paths.names(in: References.path("families")) ?? []).filter {
      Paths.exists(References.path("families/\($0)/hf"))
    }
  /// Models of the references whose configuration GGUF cannot say, or whose family it lacks.
  private static let refused: [String: String] = [
    "falcon-serial": "norms", "falcon-shared": "norms", "gemma2": "scales",
    "smollm3": "layers without places",
    "mistral": "windows", "qwen3": "windows", "gptj": "no family", "opt": "no family",
    "opt-post": "no family", "falcon-alibi": "turns of positions", "gpt2-scaled": "scales",
    "helium": "no family", "glm": "no family", "olmo3": "no family", "llama-gelu": "activation",
    "llama-relu": "activation",
    "phi-heads": "norms",
  ]

  @Test(arguments: families)
  func `a folder becomes a GGUF file that computes the same, or is refused by name`(
    _ family: String
  ) throws {
    let folder = TemporaryFolder()
    let model = try LoadedModel(path: References.path("families/\(family)/hf"))
    do throws(FileError) {
      let file = try GGUFModelFile(
        of: model, weights: model.decoder.weights, to: folder.path + "/model.gguf")
      #expect(Self.refused[family] == nil)
      try file.write()
      let read = try ReadBack(file.file, of: model, model.decoder, on: Self.prompts)
      #expect(read.difference < 1e-4)
      let original = model.tokenizer.specialTokens
      let written = read.model.tokenizer.specialTokens
      #expect(written.beginOfSequence == original.beginOfSequence)
      #expect(written.endOfSequence == original.endOfSequence)
      #expect(written.addsBeginOfSequence == original.addsBeginOfSequence)
    } catch {
      let reason = try #require(Self.refused[family], "\(error)")
      #expect(error.cause.contains(reason), "\(error)")
      #expect(folder.names.isEmpty)
    }
  }

  @Test func `a GGUF file that nothing changes has its keys, their order and its tensors' bytes`()
    throws
  {
    let folder = TemporaryFolder()
    let path = References.path("tiny-llama/q4_1.gguf")
    let model = try LoadedModel(path: path)
    let target = folder.path + "/model.gguf"
    try GGUFModelFile(of: model, weights: model.decoder.weights, to: target).write()
    let (before, after) = (try GGUFFile(path: path), try GGUFFile(path: target))
    #expect(after.metadata.keys.starts(with: before.metadata.keys))
    for key in before.metadata.keys {
      #expect(after.metadata[key] == before.metadata[key], "\(key)")
    }
    #expect(after.tensors.names == before.tensors.names)
    for (old, new) in zip(before.tensors.entries, after.tensors.entries) {
      #expect(old.elementType == new.elementType && old.shape == new.shape)
      #expect(old.bytes.elementsEqual(new.bytes), "\(old.name)")
    }
  }

  @Test func `shards and their index hold the whole model`() throws {
    let folder = TemporaryFolder()
    let model = try LoadedModel(path: References.path("tiny-llama/hf"))
    let target = folder.path + "/out"
    try SafetensorsModelFolder(
      of: model, weights: model.decoder.weights, as: nil, to: target, shardSize: 200_000
    ).write()
    let names = try #require(Paths.names(in: target))
    #expect(names.contains("model.safetensors.index.json"))
    #expect(names.filter { $0.hasPrefix("model-0000") }.count > 2)
    #expect(names.contains("tokenizer.json") && names.contains("config.json"))
    #expect(
      try ReadBack(target, of: model, model.decoder, on: Self.prompts).difference == 0)
    // one file again: the shards go
    try SafetensorsModelFolder(of: model, weights: model.decoder.weights, as: nil, to: target)
      .write()
    #expect(Paths.names(in: target)?.filter { $0.hasPrefix("model") } == ["model.safetensors"])
  }

  /// Transposed matrices (GPT-2) and those in groups of heads (NeoX) stand as they were.
  @Test(arguments: ["gpt2", "gpt_neox", "falcon", "bloom", "gemma", "phi3"])
  func `a folder that is written again has the bytes of its tensors`(_ family: String) throws {
    let folder = TemporaryFolder()
    let source = References.path("families/\(family)/hf")
    let model = try LoadedModel(path: source)
    try SafetensorsModelFolder(
      of: model, weights: model.decoder.weights, as: nil, to: folder.path
    ).write()
    let (old, new) = (
      try SafetensorsFile.directory(ofFolder: source),
      try SafetensorsFile.directory(ofFolder: folder.path)
    )
    #expect(Set(old.names) == Set(new.names))
    for entry in old.entries {
      let written = try new.entry(entry.name, file: folder.path)
      #expect(entry.bytes.elementsEqual(written.bytes), "\(entry.name)")
    }
  }

  @Test(arguments: [false, true])
  func `folding an adapter gives the logits of the model with it`(isWeightDecomposed: Bool) throws {
    for family in ["llama", "gpt_neox"] {
      let model = try LoadedModel(
        path: family == "llama"
          ? References.path("tiny-llama/q8_0.gguf") : References.path("families/gpt_neox/hf"))
      var lora = LoRAConfiguration(
        rank: 3, alpha: 6, targets: model.decoder.description.linears.map(\.role))
      lora.isWeightDecomposed = isWeightDecomposed
      lora.ranks = [ModulePlace(layer: 1, role: lora.targets[0]): 5]
      let adapter = TinyModel.adapter(lora, model: model.decoder.description)
      // Of the base before B was there, so that lengths are not those of the sum.
      let start = Adapter(configuration: lora, model: model.decoder.description, seed: 1)
      start.takeLengths(of: model.decoder.weights, with: exact)
      for entry in adapter.parameters.layout.entries {
        let lengths = (adapter.parameters.pair(entry).lengths, start.parameters.pair(entry).lengths)
        if let own = lengths.0, let old = lengths.1 { own.copy(from: old) }
      }
      let (weights, report) = model.decoder.weights.rewritten(
        folding: adapter, as: { _, isFolded in isFolded ? QuantizationScheme(format: .f32) : nil },
        with: exact)
      #expect(report.changed == adapter.parameters.layout.entries.count)
      #expect(report.error.rootMeanSquare == 0)
      let tokens: [Int32] = [5, 9, 77, 12, 30]
      let on = model.decoder.logitRows(tokens, adapter: adapter, with: exact).flatMap { $0 }
      let merged = model.decoder.with(weights).logitRows(tokens, with: exact).flatMap { $0 }
      let bare = model.decoder.logitRows(tokens, with: exact).flatMap { $0 }
      #expect(relativeError(merged, on) < 1e-5)
      #expect(relativeError(bare, on) > 1e-2)
    }
  }
}
