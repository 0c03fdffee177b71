import Checkpoints
import Files
import Models
import TestSupport
import Testing

/// Every key of the tables of config.json, generation_config.json and GGUF metadata, one at a time: with
/// another value it is refused by name, or the table says that it changes nothing, and then it does not.
@Suite struct ModelKeyTests {
  /// Values of every kind; of these each key has some that are wrong.
  static let values: [JSONValue] = [
    nil, true, false, 0, 1, 7, -3, 2.5, 1e30, "500000", "true", "gelu", [], [1], ["x"],
    [7, "x"], [:], ["a": 1],
  ]

  private func object() throws -> JSONObject {
    try #require(JSONValue(file: References.path("tiny-llama/hf/config.json")).object)
  }

  private func read(_ object: JSONObject) throws(FileError) -> DecoderDescription {
    try DecoderDescription(huggingFace: .object(object), file: "config.json")
  }

  @Test(arguments: KeyTable.configuration(.llama).entries.map(\.key) + ["unsloth_version"])
  func `a key of config json is obeyed, or refused by name, or changes nothing`(
    key: String
  ) throws {
    let rule = try #require(KeyTable.configuration(.llama).rule(of: key))
    let walk = KeyWalk(
      key: key, rule: rule, plain: try read(try object()),
      names: key == "model_type" ? [] : [key, "heads", "head size", "embedding"], leastRefused: 1)
    let takes = { (value: JSONValue, _: DecoderDescription) in
      guard case .read(let kind, let allowsNull) = rule else { return false }
      return kind.contains(value) || allowsNull && value.isNull
    }
    try walk.check(Self.values, takes: takes) { value in
      var changed = try object()
      changed[key] = value
      return Result { () throws(FileError) in try read(changed) }
    }
  }

  @Test func `a key that nobody knows is refused with its name, value and a way out`() throws {
    var changed = try object()
    changed["attention_multiplier"] = 0.5
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("\"attention_multiplier\"") == true)
    #expect(error?.cause.contains("0.5") == true)
    #expect(error?.fix.contains("remove it") == true)
  }

  @Test(arguments: [
    "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "vocab_size",
  ])
  func `a size that is missing is named`(key: String) throws {
    var changed = try object()
    changed[key] = nil
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains(key) == true)
  }

  @Test func `keys that are missing have the defaults of transformers`() throws {
    var changed = try object()
    for key in [
      "rms_norm_eps", "rope_parameters", "head_dim", "num_key_value_heads",
      "tie_word_embeddings", "max_position_embeddings", "hidden_act",
    ] { changed[key] = nil }
    let configuration = try read(changed)
    #expect(configuration.normEpsilon == 1e-6)
    #expect(configuration.ropeBase == 10_000)
    #expect(configuration.sizes.head == 16)
    #expect(configuration.sizes.keyValueHeads == 4)
    #expect(configuration.sizes.context == 2048)
    #expect(!configuration.tiesHead)
  }

  @Test(
    arguments: [
      ("bos_token_id", 320), ("eos_token_id", [1, 400]), ("pad_token_id", 500),
    ] as [(String, JSONValue)])
  func `a token without a row of the embedding is refused`(key: String, value: JSONValue) throws {
    var changed = try object()
    changed[key] = value
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains(key) == true)
    #expect(error?.cause.contains("320 rows") == true)
  }

  @Test(arguments: KeyTable.generation.entries.map(\.key))
  func `a key of generation config json is harmless or refused by name`(key: String) throws {
    let rule = try #require(KeyTable.generation.rule(of: key))
    var refused = 0
    for value in Self.values {
      var object = JSONObject()
      object[key] = value
      do throws(FileError) {
        try KeyTable.generation.check(object, file: "generation_config.json")
      } catch {
        refused += 1
        #expect(error.cause.contains("\"\(key)\""))
      }
    }
    if case .ignored = rule { #expect(refused == 0) } else { #expect(refused > 5) }
  }

  @Test(arguments: [
    KeyTable.configuration(.llama), .generation, .gguf(.llama), .adapter,
    .ropeParameters("llama3", .llama),
    SafetensorsFile.indexKeys,
  ])
  func `a table names each key once`(table: KeyTable) {
    #expect(Set(table.entries.map(\.key)).count == table.entries.count)
  }
}

/// The same for the metadata of a GGUF file.
@Suite struct GGUFKeyTests {
  static let values: [GGUFValue] = [
    .uint32(0), .uint32(7), .int32(-3), .uint64(1 << 40), .float32(0.5), .float32(3), .float32(-1),
    .float64(.infinity), .bool(true), .bool(false), .string("yarn"), .string("12"),
    .numbers(GGUFNumbers(int32: [4, 4, 4])),
  ]

  /// The metadata of the tiny model with one value changed or added.
  private func configuration(
    _ key: String? = nil, _ value: GGUFValue? = nil
  ) throws -> Result<DecoderDescription, FileError> {
    let file = try GGUFFile(path: References.path("tiny-llama/f32.gguf"))
    var metadata = GGUFMetadata(file: "model.gguf")
    for name in file.metadata.keys where name != key {
      guard let value = file.metadata[name] else { continue }
      let isNew = metadata.insert(name, value)
      #expect(isNew)
    }
    if let key, let value {
      let isNew = metadata.insert(key, value)
      #expect(isNew)
    }
    return Result { () throws(FileError) in
      try DecoderDescription(gguf: metadata, vocabularySize: 320, tiesHead: false)
    }
  }

  @Test(
    arguments: KeyTable.gguf(.llama).entries.map(\.key) + [
      "general.description", "quantize.imatrix.file", "mradermacher.quantized_by",
    ])
  func `a metadata key is obeyed, or refused by name, or changes nothing`(key: String) throws {
    let rule = try #require(KeyTable.gguf(.llama).rule(of: key))
    let plain = try configuration().get()
    let walk = KeyWalk(
      key: key, rule: rule, plain: plain,
      names: key == "general.architecture" ? [] : [key, "heads", "head size", "rope.scaling"],
      leastRefused: 4)
    let areTaken = key == "llama.rope.scaling.type"
    try walk.check(Self.values, takes: { $0.number != nil || $1 == plain || areTaken }) { value in
      try configuration(key, value)
    }
  }

  @Test(arguments: [
    "llama.expert_weights_scale", "llama.rope.freq_base_swa", "llama.attention.key_length_mla",
    "llama.attention.layer_norm_epsilon", "llama.rope.scaling.alpha", "adapter.type",
  ])
  func `a metadata key that nobody knows is refused with its name`(key: String) throws {
    guard case .failure(let error) = try configuration(key, .float32(1)) else {
      Issue.record("\(key) is taken")
      return
    }
    #expect(error.cause.contains(key))
  }

  @Test(arguments: [
    ("llama.rope.dimension_count", 8, "head size"),
    ("llama.attention.value_length", 8, "head size"),
    ("llama.vocab_size", 319, "tokens"),
  ])
  func `sizes that disagree are refused with both`(key: String, size: UInt32, what: String) throws {
    guard case .failure(let error) = try configuration(key, .uint32(size)) else {
      Issue.record("\(key) is taken")
      return
    }
    #expect(error.cause.contains("\(key) is \(size)"))
    #expect(error.cause.contains(what))
  }

  @Test(arguments: [
    ("llama.rope.scaling.factor", Float(4)), ("llama.rope.scale_linear", 4),
  ])
  func `a factor without a type divides every angle, as in llama cpp`(
    key: String, factor: Float
  ) throws {
    let scaled = try configuration(key, .float32(factor)).get()
    #expect(scaled.ropeScaling == .linear(factor: 4))
    #expect(try configuration(key, .float32(0)).get().ropeScaling == RopeScaling.none)
  }
}
