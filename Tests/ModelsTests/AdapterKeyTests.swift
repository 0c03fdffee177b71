import Checkpoints
import Files
import Models
import TestSupport
import Testing

/// Every key of PEFT's adapter_config.json, one at a time, and the ways to name what is adapted.
@Suite struct AdapterKeyTests {
  private static let model = TinyModel.configuration(layers: 3)
  private static let allLinear = model.linears.map(\.role)

  private func object() throws -> JSONObject {
    let file = References.path("lora/adapter_initial/adapter_config.json")
    return try #require(JSONValue(file: file).object)
  }

  private func read(_ object: JSONObject) throws(FileError) -> LoRAConfiguration {
    try AdapterConfigurationFile.read(
      .object(object), file: "adapter_config.json", model: Self.model)
  }

  @Test(arguments: KeyTable.adapter.entries.map(\.key))
  func `a key is obeyed, or refused by name, or changes nothing`(key: String) throws {
    let rule = try #require(KeyTable.adapter.rule(of: key))
    let walk = KeyWalk(
      key: key, rule: rule, plain: try read(try object()), names: [key], leastRefused: 4)
    try walk.check(ModelKeyTests.values + ["gaussian", "pissa", "pissa_niter_4", "all"]) { value in
      var changed = try object()
      changed[key] = value
      return Result { () throws(FileError) in try read(changed) }
    }
  }

  @Test(arguments: [
    "pissa", "pissa_niter_16", "olora", "corda", "loftq", "mica", "lora_ga", "Gaussian",
  ])
  func `a start that changes the base is refused by name`(start: String) throws {
    var changed = try object()
    changed["init_lora_weights"] = .string(start)
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("\"init_lora_weights\" is \"\(start)\"") == true)
  }

  @Test func `a key that nobody knows is refused`() throws {
    var changed = try object()
    changed["use_next_idea"] = false
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("use_next_idea") == true)
  }

  private func targets(
    _ names: [String], layers: JSONValue? = nil
  ) throws(FileError) -> LoRAConfiguration {
    var changed = JSONObject()
    changed["peft_type"] = "LORA"
    changed["r"] = 3
    changed["lora_alpha"] = 6
    changed["target_modules"] = .array(names.map { .string($0) })
    changed["layers_to_transform"] = layers
    return try read(changed)
  }

  @Test func `whole paths of every layer are all layers`() throws {
    let names = try (0..<3).flatMap { layer in
      try Self.allLinear.map { try Self.model.path($0, layer: layer) }
    }
    let configuration = try targets(names.shuffled())
    #expect(configuration.targets == Self.allLinear)
    #expect(configuration.layers == nil)
  }

  @Test func `names stand for what ends with them, and layers are left out of those`() throws {
    #expect(try targets(["self_attn.q_proj", "v_proj"]).targets == [.query, .value])
    #expect(try targets(["layers.1.mlp.up_proj"]).layers == [1])
    #expect(try targets(["q_proj"], layers: [2, 0, 2]).layers == [0, 2])
    #expect(try targets(["q_proj"], layers: 1).layers == [1])
    #expect(try targets(["q_proj"], layers: []).layers == nil)
    let whole = try Self.model.path(.query, layer: 0)
    #expect(try targets([whole], layers: [2]).layers == [0])
  }

  @Test func `other modules in one layer than in another are refused`() throws {
    let names = [
      try Self.model.path(.query, layer: 0), try Self.model.path(.value, layer: 1),
    ]
    let error = #expect(throws: FileError.self) { try targets(names) }
    #expect(error?.cause.contains("other modules in one layer") == true)
    #expect(throws: FileError.self) { try targets(["q_proj", "lm_head"]) }
    #expect(throws: FileError.self) { try targets(["proj"]) }
    #expect(throws: FileError.self) { try targets(["q_proj"], layers: [0, true]) }
  }

  @Test func `pickled weights of an adapter are told from missing ones`() throws {
    let folder = TemporaryFolder()
    folder.write(JSONValue.object(try object()).text(), as: "adapter_config.json")
    folder.write("PK", as: "adapter_model.bin")
    let model = try LoadedModel(path: References.path("tiny-llama/f32.gguf")).decoder
    let error = #expect(throws: FileError.self) {
      try AdapterFolder(model: model.description, baseModel: "tiny-llama").read(folder.path)
    }
    #expect(error?.file.hasSuffix("adapter_model.bin") == true)
    #expect(error?.fix.contains("adapter_model.safetensors") == true)
  }
}
