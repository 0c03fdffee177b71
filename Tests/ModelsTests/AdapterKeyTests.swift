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
    _ names: [String], layers: JSONValue? = nil, pattern: JSONValue? = nil
  ) throws(FileError) -> LoRAConfiguration {
    var changed = JSONObject()
    changed["peft_type"] = "LORA"
    changed["r"] = 3
    changed["lora_alpha"] = 6
    changed["target_modules"] = .array(names.map { .string($0) })
    changed["layers_to_transform"] = layers
    changed["layers_pattern"] = pattern
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

  @Test func `other modules in one layer than in another are kept apart`() throws {
    let names = [
      try Self.model.path(.query, layer: 0), try Self.model.path(.value, layer: 1),
    ]
    let configuration = try targets(names)
    let places: Set = [
      ModulePlace(layer: 0, role: .query), ModulePlace(layer: 1, role: .value),
    ]
    #expect(configuration.only == places)
    #expect(configuration.targets == [.query, .value])
    #expect(configuration.layers == [0, 1])
    let layout = AdapterLayout(configuration: configuration, model: Self.model)
    #expect(Set(layout.entries.map(\.place)) == places)
  }

  /// What PEFT's `_set_trainable` finds in a model of three blocks.
  @Test(
    arguments: [
      (["lm_head"], 1), (["norm"], 7), (["model.norm"], 1),
      (["input_layernorm", "embed_tokens"], 4),
      (["layers.1.mlp"], 3), (["k_proj"], 3), (["layers.2"], 9), ([], 0),
    ] as [([String], Int)])
  func `modules_to_save: every module whose path ends with a name, with its parts`(
    names: [String], count: Int
  ) throws {
    var changed = try object()
    changed["modules_to_save"] = .array(names.map { .string($0) })
    let configuration = try read(changed)
    #expect(configuration.saved.count == count)
    let written = AdapterConfigurationFile.value(
      of: configuration, on: Self.model, baseModel: "x")
    #expect(
      try AdapterConfigurationFile.read(written, file: "", model: Self.model) == configuration)
    for entry in AdapterLayout(configuration: configuration, model: Self.model).entries {
      #expect(entry.hasPair != entry.isSaved)
    }
  }

  @Test(arguments: [["head", "model"], ["lm_head", ""], ["proj"], ["position"]])
  func `modules_to_save of no module, or of one with a pair too, are refused`(names: [String])
    throws
  {
    var changed = try object()
    changed["modules_to_save"] = .array(names.map { .string($0) })
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("\"modules_to_save\"") == true)
  }

  @Test(
    arguments: [
      (nil, [:], 1), ([7, 5], [.embedding: [7, 5]], 2),
      (["embed_tokens": [5]], [.embedding: [5]], 2),
      (["lm_head": [6, 5]], [.head: [6, 5]], 1),
      (["model.embed_tokens": [5], "lm_head": [5]], [.embedding: [5]], 2),
      (["embed_tokens": [5], "lm_head": [6]], [.embedding: [5], .head: [6]], 1),
    ] as [(JSONValue, [TokenTable: [Int]], Int)])
  func `trainable_token_indices: of the embedding, or by table; equal rows of one matrix are tied`(
    value: JSONValue, tokens: [TokenTable: [Int]], places: Int
  ) throws {
    var changed = try object()
    changed["trainable_token_indices"] = value
    let tied = TinyModel.configuration(layers: 3, tiesHead: true)
    let configuration = try AdapterConfigurationFile.read(
      .object(changed), file: "", model: tied)
    #expect(configuration.tokens == tokens)
    #expect(configuration.tiesTables(of: tied) == (places == 2))
    let written = AdapterConfigurationFile.value(of: configuration, on: tied, baseModel: "x")
    #expect(
      try AdapterConfigurationFile.read(written, file: "", model: tied) == configuration)
    if tokens.count < 2, !tokens.isEmpty {
      changed["ensure_weight_tying"] = true
      #expect(
        try AdapterConfigurationFile.read(.object(changed), file: "", model: tied) == configuration)
    }
  }

  @Test(
    arguments: [
      ("trainable_token_indices", [99]), ("trainable_token_indices", [5, 5]),
      ("trainable_token_indices", ["q_proj": [5]]), ("trainable_token_indices", ["lm_head": 5]),
      ("trainable_token_indices", ["": [5]]), ("trainable_token_indices", [-1]),
    ] as [(String, JSONValue)])
  func `tokens that no table has are refused`(key: String, value: JSONValue) throws {
    var changed = try object()
    changed[key] = value
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("\"\(key)\"") == true)
  }

  @Test func `ensure_weight_tying makes one of the tables that are trained themselves`() throws {
    let tied = TinyModel.configuration(layers: 3, tiesHead: true)
    var changed = try object()
    changed["ensure_weight_tying"] = true
    func read() throws(FileError) -> LoRAConfiguration {
      try AdapterConfigurationFile.read(.object(changed), file: "", model: tied)
    }
    #expect(try !read().ensuresTying)
    for names in [["lm_head"], ["embed_tokens"], ["lm_head", "embed_tokens"]] as [JSONValue] {
      changed["modules_to_save"] = names
      let configuration = try read()
      #expect(configuration.saved == [.table(.embedding)] && configuration.ensuresTying)
      #expect(
        try !AdapterConfigurationFile.read(.object(changed), file: "", model: Self.model)
          .ensuresTying)
    }
    changed["modules_to_save"] = nil
    changed["target_modules"] = ["q_proj", "lm_head"]
    let error = #expect(throws: FileError.self) { try read() }
    #expect(error?.cause.contains("\"ensure_weight_tying\"") == true)
  }

  @Test func `names of no layer are refused`() throws {
    for names in [["q_proj", "norm"], ["proj"], ["q_proj", "x"]] {
      #expect(throws: FileError.self) { try targets(names) }
    }
    #expect(throws: FileError.self) { try targets(["q_proj"], layers: [0, true]) }
  }

  /// The roles of each block that Python's `re.fullmatch` finds.
  @Test(
    arguments: [
      (#".*\.(q_proj|v_proj)"#, [[0, 2], [0, 2], [0, 2]]),
      (#"model\.layers\.[01]\.self_attn\..*"#, [[0, 1, 2, 3], [0, 1, 2, 3], []]),
      (
        #"(?:.*?(?:self_attn|attn).*?(?:k_proj|o_proj).*?)|(?:\bmodel\.layers\.[\d]{1,}\.mlp\.up_proj)"#,
        [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
      ),
      (#"(?!.*layers\.1).*q_proj"#, [[0], [], [0]]),
    ] as [(String, [[Int]])])
  func `a text is a regular expression for whole paths`(pattern: String, roles: [[Int]]) throws {
    var changed = try object()
    changed["target_modules"] = .string(pattern)
    let configuration = try read(changed)
    let layout = AdapterLayout(configuration: configuration, model: Self.model)
    let found = (0..<3).map { layer in
      layout.entries.filter { $0.layer == layer }.compactMap(\.role?.index)
    }
    #expect(found == roles)
  }

  @Test(arguments: [
    "q_proj", "(q_proj", "q_proj)(", #".*\p{L}roj"#, "[[a]", "(?P<x>.*)",
    String(repeating: "(a?){9}", count: 300),
    String(repeating: "((((a?){99}){99}){99}){99}", count: 9),
  ])
  func `a regular expression that fits nothing, or is not Python's, is refused`(pattern: String)
    throws
  {
    var changed = try object()
    changed["target_modules"] = .string(pattern)
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("\"target_modules\"") == true)
  }

  @Test func `layers beside a regular expression are refused, as PEFT does`() throws {
    var changed = try object()
    changed["target_modules"] = ".*q_proj"
    changed["layers_to_transform"] = [1]
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("\"layers_to_transform\"") == true)
  }

  @Test(arguments: ["layers", ["h", "layers"], "model.layers", "", [], nil] as [JSONValue])
  func `layers are counted where layers_pattern names their list`(pattern: JSONValue) throws {
    let found = try targets(["q_proj", "v_proj"], layers: [0, 2], pattern: pattern)
    #expect(found.layers == [0, 2] && found.targets == [.query, .value])
  }

  @Test(arguments: ["h", "ayers", ["blocks"], "self_attn", "(layers|h)", [1], 3] as [JSONValue])
  func `a layers_pattern that names no list of blocks leaves nothing to adapt`(
    pattern: JSONValue
  ) throws {
    #expect(throws: FileError.self) {
      try targets(["q_proj", "v_proj"], layers: [0, 2], pattern: pattern)
    }
  }

  @Test func `layers_pattern is refused where PEFT refuses it`() throws {
    #expect(throws: FileError.self) { try targets(["q_proj"], pattern: "layers") }
    var changed = try object()
    changed["target_modules"] = ".*q_proj"
    changed["layers_pattern"] = "layers"
    let error = #expect(throws: FileError.self) { try read(changed) }
    #expect(error?.cause.contains("\"layers_pattern\"") == true)
  }

  @Test func `patterns of ranks and alphas: the first that fits counts, from the end of a path`()
    throws
  {
    var changed = try object()
    changed["rank_pattern"] = [
      "layers.0.self_attn.q_proj": 2, "q_proj": 5, "_proj": 7, "(k|v)_proj": 6,
    ]
    changed["alpha_pattern"] = [#".*layers\.[12]\.mlp\..*"#: 4.5]
    let configuration = try read(changed)
    let layout = AdapterLayout(configuration: configuration, model: Self.model)
    for entry in layout.entries {
      let rank =
        switch entry.role {
        case .query?: entry.layer == 0 ? 2 : 5
        case .key, .value: 6
        default: 4
        }
      let isScaled = entry.layer != 0 && [.gate, .up, .down].contains(entry.role)
      #expect(entry.rank == rank, "\(entry.place)")
      #expect(entry.scale == Float((isScaled ? 4.5 : 8) / Double(rank)))
    }
    for (key, value) in [
      ("rank_pattern", ["q_proj": 2.5] as JSONValue), ("rank_pattern", ["q_proj": 0]),
      ("rank_pattern", ["(q": 2]), ("alpha_pattern", ["q_proj": "2"]), ("alpha_pattern", [1]),
    ] {
      var changed = try object()
      changed[key] = value
      let error = #expect(throws: FileError.self) { try read(changed) }
      #expect(error?.cause.contains("\"\(key)\"") == true)
    }
  }

  @Test func `pickled weights of an adapter are read where there are no others`() throws {
    let folder = TemporaryFolder()
    folder.write(JSONValue.object(try object()).text(), as: "adapter_config.json")
    folder.write("PK", as: "adapter_model.bin")
    let model = try LoadedModel(path: References.path("tiny-llama/f32.gguf")).decoder
    let error = #expect(throws: FileError.self) {
      try AdapterFolder(model: model.description, baseModel: "tiny-llama").read(folder.path)
    }
    #expect(error?.file.hasSuffix("adapter_model.bin") == true)
    #expect(error?.cause.contains("zip archive") == true)
  }
}
