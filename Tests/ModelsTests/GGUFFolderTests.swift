import Checkpoints
import Files
import Models
import Tensors
import TestSupport
import Testing
import Tokenizers

/// Hugging Face folders that are made of GGUF files, beside the folders that those files were made of.
@Suite struct GGUFFolderTests {
  private static let prompts = ["The quick brown fox", "def total(values):\n  return 12345"]

  private static let families =
    (Paths.names(in: References.path("families")) ?? []).filter {
      Paths.exists(References.path("families/\($0)/f32.gguf"))
    }

  /// Settings that are said otherwise, or that the file does not have.
  private static let unsaid: Set<String> = [
    "transformers_version", "dtype", "initializer_range", "use_cache", "pad_token_id",
    "rope_parameters", "n_inner", "hidden_act", "num_kv_heads",
  ]

  private func folder(of model: LoadedModel, in folder: TemporaryFolder) throws -> String {
    let target = folder.path + "/out"
    try SafetensorsModelFolder(
      of: model, weights: model.decoder.weights, as: .f32, to: target
    ).write()
    return target
  }

  @Test(arguments: families)
  func `a GGUF file becomes the folder that it was made of`(_ family: String) throws {
    let temporary = TemporaryFolder()
    let model = try LoadedModel(path: References.path("families/\(family)/f32.gguf"))
    let target = try folder(of: model, in: temporary)
    #expect(
      try ReadBack(target, of: model, model.decoder, on: Self.prompts).difference < 1e-5)
    let source = References.path("families/\(family)/hf")
    try requireSameWeights(target, source)
    let old = try #require(JSONValue(file: source + "/config.json").object)
    let new = try #require(JSONValue(file: target + "/config.json").object)
    let isMistral = family.hasPrefix("mistral")
    for member in new.members where !Self.unsaid.contains(member.key) {
      guard let value = old[member.key] else { continue }
      if isMistral, ["model_type", "architectures"].contains(member.key) { continue }
      #expect(value.means(member.value), "\(member.key)")
    }
    let (original, written) = (
      try Tokenizer(huggingFaceFolder: source).specialTokens,
      try Tokenizer(huggingFaceFolder: target).specialTokens
    )
    #expect(written.beginOfSequence == original.beginOfSequence)
    #expect(written.endOfSequence == original.endOfSequence)
    #expect(written.addsBeginOfSequence == original.addsBeginOfSequence)
    #expect(written.control == original.control)
  }

  /// Norms that a file has less 1 are a rounding away.
  private func requireSameWeights(_ folder: String, _ original: String) throws {
    let (old, new) = (
      try SafetensorsFile.directory(ofFolder: original),
      try SafetensorsFile.directory(ofFolder: folder)
    )
    #expect(Set(old.names) == Set(new.names))
    for entry in old.entries {
      let written = try new.entry(entry.name, file: folder)
      #expect(entry.shape == written.shape, "\(entry.name)")
      if entry.bytes.elementsEqual(written.bytes) { continue }
      try #require(entry.elementType == .f32 && written.elementType == .f32)
      let pairs = zip(
        entry.bytes.bindMemory(to: Float.self), written.bytes.bindMemory(to: Float.self))
      #expect(pairs.allSatisfy { abs($0 - $1) < 2e-7 }, "\(entry.name)")
    }
  }

  @Test(arguments: ["tiny-llama/f32.gguf", "tiny-llama/q4_1.gguf"])
  func `its tokenizer's files have the template, the roles and the ends of replies`(
    _ file: String
  ) throws {
    let temporary = TemporaryFolder()
    let model = try LoadedModel(path: References.path(file))
    let floats = model.decoder.weights.rewritten(
      as: { _, _ in QuantizationScheme(format: .f32) }, with: Compute(threadCount: 1)
    ).weights
    let target = temporary.path + "/out"
    let folder = try SafetensorsModelFolder(of: model, weights: floats, as: .f32, to: target)
    try folder.write()
    #expect(folder.notes.isEmpty)
    let settings = try JSONValue(file: target + "/tokenizer_config.json")
    #expect(settings["eos_token"] == "<|im_end|>" && settings["bos_token"] == "<|im_start|>")
    let original = References.path("tiny-llama/hf")
    let source = try JSONValue(file: original + "/tokenizer_config.json")
    #expect(settings["chat_template"] == source["chat_template"])
    let read = try LoadedModel(path: target)
    #expect(
      read.tokenizer.specialTokens.endsOfReply == model.tokenizer.specialTokens.endsOfReply)
    let (old, new) = (
      try JSONValue(file: original + "/tokenizer.json"),
      try JSONValue(file: target + "/tokenizer.json")
    )
    for key in ["added_tokens", "pre_tokenizer", "normalizer"] { #expect(old[key] == new[key]) }
    #expect(old["model"]?["vocab"] == new["model"]?["vocab"])
  }

  /// Llama 3's constants are in GGUF files as the divisors that they amount to.
  @Test func `positions that are stretched are said by the constants of their kind`() throws {
    let scalings: [JSONObject] = [
      [
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 1024,
      ],
      ["rope_type": "linear", "factor": 4.0],
      [
        "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024,
        "beta_fast": 24.0, "beta_slow": 1.0, "attention_factor": 1.25,
      ],
    ]
    for scaling in scalings {
      let temporary = TemporaryFolder()
      let source = try copy(scaling, in: temporary)
      let original = try LoadedModel(path: source)
      let file = temporary.path + "/model.gguf"
      try GGUFModelFile(of: original, weights: original.decoder.weights, to: file).write()
      let target = try folder(of: try LoadedModel(path: file), in: temporary)
      let config = try JSONValue(file: target + "/config.json")
      let written = try #require(config["rope_scaling"]?.object)
      #expect(Set(written.keys) == Set(scaling.keys))
      for member in scaling.members {
        #expect(written[member.key]?.means(member.value) == true, "\(member.key)")
      }
      #expect(
        try ReadBack(target, of: original, original.decoder, on: Self.prompts).difference < 1e-5)
    }
  }

  /// The tiny Llama with positions stretched to a longer context.
  private func copy(_ scaling: JSONObject, in temporary: TemporaryFolder) throws -> String {
    let source = References.path("tiny-llama/hf")
    for name in try #require(Paths.names(in: source)) {
      temporary.write(try MappedFile.contents(of: source + "/" + name), as: "in/" + name)
    }
    var config = try #require(JSONValue(file: source + "/config.json").object)
    config["max_position_embeddings"] = 4096
    config["rope_parameters"] = nil
    config["rope_theta"] = 500_000
    config["rope_scaling"] = .object(scaling)
    temporary.write(JSONValue.object(config).text(), as: "in/config.json")
    return temporary.path + "/in"
  }

  @Test func `divisors that no constants have are refused by name`() throws {
    let temporary = TemporaryFolder()
    let source = try GGUFParts(path: References.path("tiny-llama/f32.gguf"))
    var writer = GGUFWriter(file: temporary.path + "/model.gguf")
    for key in source.metadata.keys {
      if let value = source.metadata[key] { writer.set(key, value) }
    }
    for entry in source.tensors.entries {
      try writer.add(
        entry.name, entry.elementType, shape: entry.shape, bytes: Array(entry.bytes))
    }
    let head = try LoadedModel(path: source.metadata.file).decoder.description.sizes.head
    let divisors = (0..<head / 2).map { Float($0 % 3 + 1) }
    try writer.add(
      "rope_freqs.weight", .f32, shape: [head / 2],
      bytes: divisors.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
    try writer.write()
    let model = try LoadedModel(path: temporary.path + "/model.gguf")
    let error = #expect(throws: FileError.self) {
      _ = try SafetensorsModelFolder(
        of: model, weights: model.decoder.weights, as: nil, to: temporary.path + "/out")
    }
    #expect(error?.cause.contains("cannot say this one's turns of positions") == true)
    #expect(temporary.names == ["model.gguf"])
  }
}
