import Checkpoints
import Files
import Models
import TestSupport
import Tensors
import Testing

/// An adapter of PEFT with one thing wrong; each must be refused with an error that names it.
@Suite struct HostileAdapterTests {
  private static let source = References.path("adapters/rslora_some_layers")
  private static let prefix = "base_model.model.model.layers."
  private let folder = TemporaryFolder()

  /// The error of reading the folder; nil if it is taken.
  private func error() throws -> FileError? {
    let model = try LoadedModel(path: References.path("tiny-llama/f32.gguf")).decoder
    do throws(FileError) {
      _ = try AdapterFolder(model: model.description, baseModel: "tiny-llama").read(folder.path)
      return nil
    } catch {
      return error
    }
  }

  private func copyConfiguration(_ changes: [(String, JSONValue?)] = []) throws {
    var object = try #require(JSONValue(file: Self.source + "/adapter_config.json").object)
    for (key, value) in changes { object[key] = value }
    folder.write(Array(JSONValue.object(object).text().utf8), as: "adapter_config.json")
  }

  private func weights() throws -> [UInt8] {
    try MappedFile(path: Self.source + "/adapter_model.safetensors").contents()
  }

  /// Writes PEFT's tensors again; `change` sees each name and gives the shape to write, or nil to
  /// leave the tensor out.
  private func rewriteWeights(
    adding extra: String? = nil, _ change: (String, [Int]) -> [Int]? = { $1 }
  ) throws {
    let file = try SafetensorsFile(path: Self.source + "/adapter_model.safetensors")
    var writer = SafetensorsWriter(file: folder.path + "/adapter_model.safetensors")
    for entry in file.tensors.entries {
      guard let shape = change(entry.name, entry.shape) else { continue }
      try writer.add(entry.name, .f32, shape: shape, bytes: Array(entry.bytes))
    }
    if let extra { try writer.add(extra, shape: [1], values: [1]) }
    try writer.write()
  }

  @Test func theUnchangedAdapterIsTaken() throws {
    try copyConfiguration()
    try rewriteWeights()
    #expect(try error() == nil)
  }

  @Test func aMissingTensorIsNamed() throws {
    try copyConfiguration()
    let name = Self.prefix + "2.self_attn.v_proj.lora_B.weight"
    try rewriteWeights { $0 == name ? nil : $1 }
    let error = try #require(try error())
    #expect(error.kind == .absent)
    #expect(error.cause.contains(name))
  }

  @Test(arguments: [
    "1.self_attn.q_proj.lora_A.weight", "0.self_attn.o_proj.lora_A.weight",
    "0.self_attn.q_proj.lora_magnitude_vector", "7.self_attn.q_proj.lora_A.weight",
  ])
  func aTensorTooManyIsNamed(name: String) throws {
    try copyConfiguration()
    try rewriteWeights(adding: Self.prefix + name)
    let error = try #require(try error())
    #expect(error.kind == .unsupported)
    #expect(error.cause.contains(Self.prefix + name))
  }

  @Test(arguments: ["lora_A", "lora_B"])
  func aWrongShapeIsNamedWithBothShapes(part: String) throws {
    try copyConfiguration()
    try rewriteWeights { $0.contains(part) ? $1.reversed() : $1 }
    let error = try #require(try error())
    #expect(error.kind == .malformed)
    #expect(error.cause.contains("[3, 64]"))
    #expect(error.cause.contains("[64, 3]"))
  }

  @Test func aFileCutAnywhereIsRefused() throws {
    try copyConfiguration()
    let whole = try weights()
    for count in [0, 1, 7, 8, 9, 100, 1000, whole.count / 2, whole.count - 1] {
      folder.write(Array(whole.prefix(count)), as: "adapter_model.safetensors")
      #expect(try error() != nil, "\(count) bytes")
    }
  }

  @Test func missingFilesAreNamed() throws {
    #expect(try error()?.file.hasSuffix("adapter_config.json") == true)
    try copyConfiguration()
    #expect(try error()?.file.hasSuffix("adapter_model.safetensors") == true)
  }

  @Test(
    arguments: [
      ("r", 0), ("r", -3), ("r", "many"), ("r", nil), ("r", 4), ("r", 65536), ("r", 1e300),
      ("lora_alpha", nil), ("lora_alpha", "16"), ("lora_dropout", -0.5), ("lora_dropout", 1),
      ("lora_dropout", 1e9), ("peft_type", "IA3"), ("peft_type", nil), ("bias", "some"),
      ("target_modules", []), ("target_modules", nil), ("target_modules", ["q_proj", "c_attn"]),
      ("target_modules", ".*_proj"), ("layers_to_transform", [0, 3]), ("layers_to_transform", [-1]),
      ("layers_to_transform", "all"), ("layers_to_transform", [0]),
      ("layers_to_transform", [0, 1]),
      ("modules_to_save", ["lm_head"]), ("fan_in_fan_out", "true"), ("rank_pattern", ["q_proj": 8]),
      ("trainable_token_indices", [5]), ("trainable_token_indices", []), ("use_bdlora", false),
    ] as [(String, JSONValue?)])
  func aConfigurationThatCannotBeMeantIsRefused(key: String, value: JSONValue?) throws {
    try copyConfiguration([(key, value)])
    try rewriteWeights()
    let error = try #require(try error())
    #expect(!error.cause.isEmpty && !error.fix.isEmpty)
    #expect(error.file.hasPrefix(folder.path))
  }

  @Test func aModuleNamedTwiceIsOneModule() throws {
    try copyConfiguration([("target_modules", ["v_proj", "q_proj", "q_proj"])])
    try rewriteWeights()
    #expect(try error() == nil)
  }

  @Test func aConfigurationThatIsNoObjectIsRefused() throws {
    try rewriteWeights()
    for text in ["", "[]", "{", "null", "{\"peft_type\": \"LORA\"}"] {
      folder.write(Array(text.utf8), as: "adapter_config.json")
      #expect(try error() != nil, "\(text)")
    }
  }
}
