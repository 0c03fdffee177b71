import Files
import Models
import TestSupport
import Testing
import Tokenizers

/// What published folders say beside what transformers reads, and what they leave out.
@Suite struct PublishedFileTests {
  private static let text = "The quick  brown fox\njumps."

  /// A copy of a tiny model with some of its JSON files changed.
  private func copy(
    _ path: String, _ changes: [String: (inout JSONObject) -> Void]
  ) throws -> TemporaryFolder {
    let folder = TemporaryFolder()
    let source = References.path(path)
    for name in Paths.names(in: source) ?? [] {
      guard let change = changes[name] else {
        folder.write(try MappedFile.contents(of: source + "/" + name), as: name)
        continue
      }
      var object = try #require(JSONValue(file: source + "/" + name).object)
      change(&object)
      folder.write(JSONValue.object(object).text(sortedKeys: false), as: name)
    }
    return folder
  }

  @Test(
    arguments: [
      ("phi3", "full_attn_mod", 1), ("phi3", "interpolate_factor", 1),
      ("phi3", "lm_head_bias", false),
      ("phi3", "mlp_bias", false), ("gpt2", "n_special", 0),
      ("gpt2", "predict_special_tokens", true),
      ("gpt2", "_num_labels", 1), ("gemma2", "sliding_window_size", 4096),
      ("starcoder2", "attention_softmax_in_fp32", true), ("starcoder2", "scale_attn_weights", true),
      ("starcoder2", "layer_norm_epsilon", 1e-5), ("cohere", "pretraining_tp", 1),
      ("granite", "attention_dropout", 0.1), ("opt", "learned_embeddings", true),
      ("opt", "scale_embeddings", false), ("granite", "head_dim", 8), ("phi3", "head_dim", 8),
      ("olmo2", "head_dim", 8), ("smollm3", "head_dim", 8),
    ] as [(String, String, JSONValue)])
  func `a key that transformers passes over changes nothing`(
    family: String, key: String, value: JSONValue
  ) throws {
    let path = "families/\(family)/hf"
    let folder = try copy(path, ["config.json": { $0[key] = value }])
    let (found, plain) = (
      try LoadedModel(path: folder.path), try LoadedModel(path: References.path(path))
    )
    #expect(found.decoder.description == plain.decoder.description)
  }

  @Test func `Phi's biases are refused where they are switched on`() throws {
    let folder = try copy("families/phi3/hf", ["config.json": { $0["lm_head_bias"] = true }])
    #expect(throws: FileError.self) { try LoadedModel(path: folder.path) }
  }

  /// transformers 5.24: CohereConfig.default_theta.
  @Test func `Cohere's rope has a base of its own where the file names none`() throws {
    let folder = try copy(
      "families/cohere/hf",
      [
        "config.json": {
          $0["rope_theta"] = nil
          $0["rope_parameters"] = nil
          $0["rope_scaling"] = nil
        }
      ])
    let positions = try LoadedModel(path: folder.path).decoder.description.positions
    guard case .rotary(let base, _, _, _, _) = positions else {
      return #expect(Bool(false), "\(positions)")
    }
    #expect(base == 500_000)
  }

  // MARK: Tokenizers

  @Test
  func `limits of a training with the file, and a list of tokens that repeats it, change nothing`()
    throws
  {
    let path = "tiny-llama/hf"
    let plain = try Tokenizer(huggingFaceFolder: References.path(path))
    let folder = try copy(
      path,
      [
        "tokenizer.json": {
          $0["truncation"] = ["max_length": 3, "stride": 0, "strategy": "LongestFirst"]
          $0["padding"] = ["strategy": ["Fixed": 64], "pad_id": 0]
        },
        "tokenizer_config.json": { $0["added_tokens_decoder"] = nil },
      ])
    let added = try #require(
      JSONValue(file: References.path(path) + "/tokenizer.json")["added_tokens"]?.array)
    var own = JSONObject()
    for token in added { own[token["content"]?.string ?? ""] = token["id"] }
    folder.write(JSONValue.object(own).text(), as: "added_tokens.json")
    let found = try Tokenizer(huggingFaceFolder: folder.path)
    #expect(
      found.encode(Self.text, parseSpecial: false) == plain.encode(Self.text, parseSpecial: false))
    own["<other>"] = 9
    folder.write(JSONValue.object(own).text(), as: "added_tokens.json")
    let error = #expect(throws: FileError.self) { try Tokenizer(huggingFaceFolder: folder.path) }
    #expect(error?.cause.contains("<other>") == true)
  }

  @Test func `Phi's class is GPT-2's under another name`() throws {
    let path = "families/phi/hf"
    let folder = try copy(
      path, ["tokenizer_config.json": { $0["tokenizer_class"] = "CodeGenTokenizer" }])
    let plain = try copy(
      path, ["tokenizer_config.json": { $0["tokenizer_class"] = "GPT2Tokenizer" }])
    #expect(
      try Tokenizer(huggingFaceFolder: folder.path).encode(Self.text, parseSpecial: false)
        == Tokenizer(huggingFaceFolder: plain.path).encode(Self.text, parseSpecial: false))
  }

  @Test func `NeoX's class writes no begin token, whatever the file's post-processor says`() throws
  {
    func opening(_ name: String) throws -> Bool {
      let folder = try copy(
        "tiny-llama/hf",
        [
          "tokenizer.json": {
            let token = $0["added_tokens"]?.array?.first
            let (text, id) = (token?["content"] ?? .null, token?["id"] ?? .null)
            $0["post_processor"] = [
              "type": "TemplateProcessing",
              "single": [
                ["SpecialToken": ["id": text, "type_id": 0]],
                ["Sequence": ["id": "A", "type_id": 0]],
              ],
              "pair": [],
              "special_tokens": .object([
                text.string ?? "": ["id": text, "ids": [id], "tokens": [text]]
              ]),
            ]
          },
          "tokenizer_config.json": { config in
            config["tokenizer_class"] = .string(name)
            let tokens = try? JSONValue(file: References.path("tiny-llama/hf/tokenizer.json"))
            config["bos_token"] = tokens?["added_tokens"]?.array?.first?["content"]
          },
        ])
      return try Tokenizer(huggingFaceFolder: folder.path).specialTokens.addsBeginOfSequence
    }
    #expect(try opening("GPTNeoXTokenizer") == false)
    #expect(try opening("PreTrainedTokenizerFast"))
  }

  @Test func `a model that names no end token writes none, least of all its letters`() throws {
    let folder = try copy(
      "tiny-llama/hf",
      [
        "tokenizer_config.json": {
          $0["eos_token"] = .null
          $0["bos_token"] = .null
        },
        "special_tokens_map.json": {
          $0["eos_token"] = nil
          $0["bos_token"] = nil
        },
        "config.json": {
          $0["eos_token_id"] = .null
          $0["bos_token_id"] = .null
        },
      ])
    let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
    #expect(tokenizer.specialTokens.endOfSequence == nil)
    let text = ModelText(tokenizer: tokenizer, template: nil)
    let template = try ChatTemplate(named: "zephyr", tokens: text.tokens)
    let segments = try template.segments(for: [Message(.user, "a"), Message(.assistant, "b")])
    #expect(segments.map(\.text).joined() == "<|user|>\na\n<|assistant|>\nb\n")
    #expect(template.stops.isEmpty)
  }

  /// transformers 5.24: Phi3Config.original_max_position_embeddings.
  @Test func `Phi's first context has a default that comes before what the rope says`() throws {
    let path = "families/phi3-longrope/hf"
    func scaling(_ inner: Int?) throws -> RopeScaling? {
      let folder = try copy(
        path,
        [
          "config.json": { config in
            let key = "original_max_position_embeddings"
            config[key] = nil
            config["max_position_embeddings"] = 8192
            let name = config["rope_scaling"]?.object == nil ? "rope_parameters" : "rope_scaling"
            guard var rope = config[name]?.object else { return }
            rope[key] = inner.map { .int($0) }
            config[name] = .object(rope)
          }
        ])
      let positions = try LoadedModel(path: folder.path).decoder.description.positions
      guard case .rotary(_, _, let scaling, _, _) = positions else { return nil }
      return scaling
    }
    guard case .longRoPE(let rope)? = try scaling(nil) else {
      return #expect(Bool(false), "no LongRoPE")
    }
    #expect(rope.originalContext == 4096)
    #expect(try scaling(4096) == .longRoPE(rope))
    #expect(throws: FileError.self) { try scaling(64) }
  }

  /// transformers 5.24: Exaone4Attention turns queries and keys if `sliding_window` is null or the layer has it.
  @Test func `a model with windows that has them in no layer turns none`() throws {
    let folder = try copy(
      "families/exaone4/hf",
      [
        "config.json": { config in
          let count = config["num_hidden_layers"]?.int ?? 0
          config["sliding_window"] = 16
          config["layer_types"] = .array(Array(repeating: "full_attention", count: count))
        }
      ])
    let description = try LoadedModel(path: folder.path).decoder.description
    #expect(description.unturnedLayers.count == description.sizes.layers)
  }

  @Test(arguments: ["spiece.model", "vocab.txt"])
  func `older files of a tokenizer are told from none`(name: String) {
    let folder = TemporaryFolder()
    folder.write("{}", as: name)
    let error = #expect(throws: FileError.self) { try Tokenizer(huggingFaceFolder: folder.path) }
    #expect(error?.cause.contains(name) == true)
    #expect(error?.fix.contains("save_pretrained") == true)
  }

  @Test func `an adapter's folder is no model, and says whose it is`() {
    let error = #expect(throws: FileError.self) {
      try LoadedModel(path: References.path("adapters/rslora_some_layers"))
    }
    #expect(error?.cause.contains("an adapter") == true)
    #expect(error?.fix.contains("adapter: ") == true)
  }
}
