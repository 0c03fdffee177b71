import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// What transformers and PEFT compute with a tiny model of each family; see References/README.md.
@Suite struct FamilyReferenceTests {
  /// One file of one family.
  struct Case: Sendable, CustomTestStringConvertible {
    let family: String
    let file: String

    var testDescription: String { "\(family)/\(file)" }

    func path(_ name: String) -> String { References.path("families/\(family)/\(name)") }
    func expected() throws -> JSONValue {
      try JSONValue(golden: "families/\(family)/expected.json")
    }
    func goldens(_ name: String) throws -> Goldens { try Goldens("families/\(family)/\(name)") }
    func decoder() throws -> DecoderModel { try LoadedModel(path: path(file)).decoder }

    func folder() throws -> AdapterFolder {
      AdapterFolder(model: try decoder().description, baseModel: "families/\(family)")
    }
  }

  /// Every family that there are references of, in each kind of file.
  static let cases = [
    "llama-biased", "llama-yarn", "mistral", "mistral-gguf", "qwen2", "qwen3", "qwen3-gguf",
    "gemma", "gemma2",
    "gemma2-gguf", "gemma3", "granite", "olmo2", "exaone4", "exaone4-gguf", "phi3", "phi3-longrope",
    "smollm3",
    "smollm3-gguf", "cohere", "cohere2", "stablelm", "stablelm-parallel", "starcoder2",
    "starcoder2-gguf", "phi", "gpt_neox", "gpt_neox-serial", "gptj", "falcon", "falcon-grouped",
    "falcon-shared", "falcon-serial", "falcon-alibi", "bloom", "opt", "opt-post", "gpt2",
    "gpt2-scaled", "helium", "arcee", "nemotron", "glm", "glm4", "seed_oss", "ernie4_5", "olmo",
    "olmo3", "llama-gelu", "llama-relu", "phi-heads", "stablelm-heads", "cohere-heads",
  ].flatMap { family in
    ["hf", "f32.gguf"].map { Case(family: family, file: $0) }.filter {
      Paths.exists($0.path($0.file))
    }
  }

  @Test func `every family has references`() {
    #expect(
      Set(Self.cases.map { $0.family.split(separator: "-")[0] })
        == Set(Architecture.names.map { Substring($0.replacing("_text", with: "")) }))
    #expect(
      Set(Self.cases.map { $0.family }) == Set(Paths.names(in: References.path("families")) ?? []))
  }

  private let exact = Compute(threadCount: 2, precision: .f32)

  @Test(arguments: cases, ["s7", "s33"])
  func `logits are those of transformers`(of sample: Case, sequence: String) throws {
    let tokens = try sample.expected().at("sequences", sequence).tokens()
    let golden = try sample.goldens("logits.safetensors").floats("\(sequence).logits")
    let found = try sample.decoder().logitRows(tokens, with: exact).flatMap { $0 }
    #expect(relativeError(found, golden) < 1e-5)
    let library = Compute(threadCount: 1, precision: .f32, usesLibrary: true)
    let same = try sample.decoder().logitRows(tokens, with: library).flatMap { $0 }
    #expect(relativeError(same, golden) < 1e-5)
  }

  @Test(arguments: cases)
  func `bf16 products stay close to them`(of sample: Case) throws {
    let tokens = try sample.expected().at("sequences", "s33").tokens()
    let golden = try sample.goldens("logits.safetensors").floats("s33.logits")
    let found = try sample.decoder().logitRows(tokens, with: Compute(threadCount: 2))
    #expect(relativeError(found.flatMap { $0 }, golden) < 0.05)
  }

  /// One token at a time takes other products than a prompt does, from the same description.
  @Test(arguments: cases)
  func `decoding a token at a time gives the greedy tokens of transformers`(
    of sample: Case
  ) throws {
    let (expected, model) = (try sample.expected(), try sample.decoder())
    let prompt = try expected.at("sequences", "s7").tokens()
    let continuation = try expected.at("greedy").tokens()
    #expect(Set(continuation).count > 1)
    let cache = KeyValueCache(
      sizes: model.description.sizes, capacity: prompt.count + continuation.count)
    var logits: [Float] = []
    var tokens = prompt
    var found: [Int32] = []
    for _ in continuation {
      logits = model.fed(tokens, cache: cache, with: exact)
      tokens = [Int32(try #require(logits.likeliest))]
      found += tokens
    }
    #expect(found == continuation)
    let rows = model.logitRows(prompt + continuation.dropLast(), with: exact)
    #expect(relativeError(logits, try #require(rows.last)) < 1e-5)
  }

  private func batches(_ index: Int, of sample: Case) throws -> TokenBatch {
    let batch = try sample.expected().at("batches").elements()[index]
    let rows = try batch.at("ids").elements().map { try $0.tokens() }
    let flags = try batch.at("train").elements().map { try $0.flags() }
    var result = TokenBatch()
    for (row, trained) in zip(rows, flags) {
      result.append(row, trained: trained, readsLast: false)
    }
    return result
  }

  @Test(arguments: cases, [false, true])
  func `ten steps of training follow PEFT to its adapter`(
    of sample: Case, recomputes: Bool
  ) throws {
    let expected = try sample.expected()
    let optimizer = try expected.at("optimizer")
    let betas = try optimizer.at("betas").numbers()
    let adapter = try sample.folder().read(sample.path("adapter_initial"))
    let step = TrainingStep(
      pass: TrainingPass(model: try sample.decoder(), recomputes: recomputes), adapter: adapter,
      optimizer: Optimizer(
        AdamW(
          beta1: betas[0], beta2: betas[1], epsilon: try optimizer.at("eps").number(),
          weightDecay: try optimizer.at("weight_decay").number()),
        layout: adapter.parameters.layout), compute: exact)
    let limit = try expected.at("clip").number()
    for golden in try expected.at("steps").elements() {
      let report = step.run(
        [try batches(Int(try golden.at("batch").number()), of: sample)],
        rate: try golden.at("lr").number(), maxNorm: limit, dropoutSeed: nil)
      #expect(relativeError(report.loss, try golden.at("loss").number()) < 5e-6)
      #expect(relativeError(report.gradientNorm, try golden.at("gradient_norm").number()) < 1e-5)
    }
    let final = try sample.goldens("adapter_final/adapter_model.safetensors")
    #expect(
      try sample.folder().distance(
        of: adapter.parameters, adapter.configuration, from: final) < 1e-5)
    let initial = try sample.goldens("adapter_initial/adapter_model.safetensors")
    #expect(
      try sample.folder().distance(
        of: adapter.parameters, adapter.configuration, from: initial) > 1e-3)
  }

  @Test(arguments: cases)
  func `the first gradient is PEFTs`(of sample: Case) throws {
    let adapter = try sample.folder().read(sample.path("adapter_initial"))
    let gradient = AdapterVector(layout: adapter.parameters.layout)
    let batch = try batches(0, of: sample)
    _ = TrainingPass(model: try sample.decoder()).run(
      batch, adapter: AdapterUse(adapter, gradient: gradient),
      weight: 1 / Float(batch.scored.count), with: exact)
    let golden = try sample.goldens("gradients_step0.safetensors")
    #expect(
      try sample.folder().distance(
        of: gradient, adapter.configuration, from: golden) < 1e-5)
  }

  @Test(arguments: cases)
  func `PEFTs adapter gives its logits, and is written as PEFT names it`(of sample: Case) throws {
    let adapter = try sample.folder().read(sample.path("adapter_final"))
    let tokens = try sample.expected().at("sequences", "s7").tokens()
    let golden = try sample.goldens("logits.safetensors").floats("final.s7.logits")
    let found = try sample.decoder().logitRows(tokens, adapter: adapter, with: exact)
    #expect(relativeError(found.flatMap { $0 }, golden) < 1e-5)
    let folder = TemporaryFolder()
    _ = try sample.folder().write(adapter, to: folder.path)
    let ours = try JSONValue(file: folder.path + "/adapter_config.json")
    let theirs = try JSONValue(file: sample.path("adapter_final/adapter_config.json"))
    for key in ["fan_in_fan_out", "r", "lora_alpha"] { #expect(ours[key] == theirs[key], "\(key)") }
    let names = { (value: JSONValue) in Set(value["target_modules"]?.array?.map(\.string) ?? []) }
    #expect(names(ours) == names(theirs))
  }
}
