import Checkpoints
import Files
import FoundationEssentials
import Models
import Tensors
import TestSupport
import Testing

/// Folders with weights in fewer bits, or in a pickle; references from make_stored.py.
@Suite struct StoredWeightTests {
  private static let root = References.path("stored/")
  private static let names = [
    "e4m3-rows", "e5m2-whole", "e4m3-blocks", "nf4-nested", "fp4", "nf4-across-rows", "int8", "f64",
    "pickle",
  ]

  /// A copy with the tiny model's tokenizer, after changes to its configuration.
  private func copy(
    _ name: String, change: (inout JSONObject) -> Void = { _ in }
  ) throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    var config = try #require(JSONValue(file: Self.root + name + "/config.json").object)
    change(&config)
    folder.write(JSONValue.object(config).text(sortedKeys: false), as: "config.json")
    let weights = name == "pickle" ? "pytorch_model.bin" : "model.safetensors"
    let tokenizer = References.path("tiny-llama/hf/")
    for (file, source) in [
      (weights, Self.root + name + "/"), ("tokenizer.json", tokenizer),
      ("tokenizer_config.json", tokenizer),
    ] {
      folder.write(Array(try Data(contentsOf: URL(filePath: source + file))), as: file)
    }
    return folder
  }

  /// The model, whose weights outlive the folder.
  private func loaded(_ name: String) throws -> (folder: TemporaryFolder, model: LoadedModel) {
    let folder = try copy(name)
    return (folder, try LoadedModel(path: folder.path))
  }

  @Test(arguments: names) func `the logits are those of the weights that a folder means`(
    name: String
  ) throws {
    let expected = try JSONValue(file: Self.root + "expected.json")
    let tokens = try #require(expected["tokens"]?.array).compactMap { $0.int.map { Int32($0) } }
    let wanted = try #require(expected["logits"]?[name]?.array).compactMap { $0.double }
    let (_, model) = try loaded(name)
    let compute = Compute(threadCount: 1, precision: .f32)
    let found = try #require(model.decoder.logitRows(tokens, with: compute).last)
    #expect(found.count == wanted.count)
    for (value, reference) in zip(found, wanted) {
      #expect(abs(Double(value) - reference) < 2e-5, "\(name)")
    }
  }

  @Test func `codes of bitsandbytes stay as they are`() throws {
    for (name, format) in [("nf4-nested", WeightFormat.nf4), ("fp4", .fp4), ("int8", .int8)] {
      let (_, model) = try loaded(name)
      #expect(model.decoder.weights.linears.allSatisfy { $0.format == format }, "\(name)")
    }
  }

  @Test(
    arguments: [
      ("e4m3-blocks", "quant_method", "gptq"), ("e4m3-blocks", "weight_block_size", [32, 80]),
      ("e4m3-blocks", "weight_block_size", [0, 80]), ("e4m3-blocks", "scale_fmt", "ue8m0"),
      ("e4m3-rows", "format", "pack-quantized"), ("e4m3-rows", "unheard_of", 1),
      ("fp4", "bnb_4bit_quant_type", "int4"),
    ] as [(String, String, JSONValue)])
  func `what is not understood is refused`(name: String, key: String, value: JSONValue) throws {
    let folder = try copy(name) { config in
      var stored = config["quantization_config"]?.object ?? JSONObject()
      stored[key] = value
      config["quantization_config"] = .object(stored)
    }
    let error = #expect(throws: FileError.self) { try LoadedModel(path: folder.path) }
    let cause = error?.cause ?? ""
    #expect(cause.contains(key) || cause.contains("quant_method") || cause.contains("factor"))
  }

  @Test(arguments: ["e4m3-blocks", "nf4-nested", "int8", "f64", "pickle"])
  func `a folder that is written has plain weights, without factors`(name: String) throws {
    let (source, model) = try loaded(name)
    let target = TemporaryFolder()
    let compute = Compute(threadCount: 1, precision: .f32)
    let f32 = QuantizationScheme(format: .f32)
    let weights = model.decoder.weights.rewritten(
      as: { _, _ in f32 }, with: compute
    ).weights
    let path = target.path + "/model"
    try withExtendedLifetime(source) {
      try SafetensorsModelFolder(of: model, weights: weights, as: .f32, to: path).write()
    }
    let written = try LoadedModel(path: path)
    let tokens: [Int32] = [1, 40, 300, 7]
    let found = written.decoder.logitRows(tokens, with: compute).flatMap { $0 }
    let wanted = model.decoder.logitRows(tokens, with: compute).flatMap { $0 }
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func `factors that are missing or without a weight are refused`() throws {
    for name in ["e4m3-rows", "nf4-nested", "fp4", "int8"] {
      let folder = try copy(name)
      let bytes = try folder.bytes(of: "model.safetensors")
      let text = String(decoding: bytes.prefix(12_000), as: UTF8.self)
      for ending in ["weight_scale\"", ".absmax\"", ".SCB\""] where text.contains(ending) {
        let changed = bytes.replacing(
          Array(ending.utf8), with: Array(ending.dropLast(2).utf8) + Array("z\"".utf8))
        folder.write(changed, as: "model.safetensors")
        #expect(throws: FileError.self, "\(name)") { try LoadedModel(path: folder.path) }
      }
    }
  }
}
