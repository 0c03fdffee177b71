import Checkpoints
import Files
import Models
import Testing
import Tokenizers

/// Every key of the files of a tokenizer has a value that is obeyed, changes nothing, or is refused.
@Suite struct TokenizerKeyTests {
  /// The change of a value somewhere in a file.
  private func refusal(
    _ file: String, _ change: (inout JSONObject) -> Void
  ) throws -> FileError? {
    let folder = try ModelFolder()
    defer { folder.remove() }
    try folder.change(file, change)
    do {
      _ = try LoadedModel(path: folder.path)
      return nil
    } catch {
      return error
    }
  }

  private static let wrong: [JSONValue] = ["text", 7, 1.5, ["a"], ["key": 1]]

  @Test(arguments: [
    "version", "added_tokens", "normalizer", "pre_tokenizer",
    "post_processor", "decoder", "model", "unheard_of",
  ])
  func `a wrong value of tokenizer.json is refused`(key: String) throws {
    for value in Self.wrong {
      let error = try refusal("tokenizer.json") { $0[key] = value }
      #expect(error?.cause.contains(key) == true, "\(key): \(value)")
    }
  }

  @Test func `bytes without a decoder are refused with what to write`() throws {
    let error = try refusal("tokenizer.json") { $0["decoder"] = .null }
    #expect(error?.fix.contains(#""decoder": {"type": "ByteLevel"}"#) == true)
  }

  @Test(arguments: ["truncation", "padding"])
  func `what a training sets is an object, which changes nothing`(key: String) throws {
    for value in Self.wrong {
      let error = try refusal("tokenizer.json") { $0[key] = value }
      #expect(error == nil ? value.object != nil : error?.cause.contains(key) == true)
    }
  }

  @Test(arguments: [
    "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
    "byte_fallback", "ignore_merges", "vocab", "merges", "unheard_of",
  ])
  func `a wrong value of the model is refused`(key: String) throws {
    for value in Self.wrong + [.string("true")] {
      let error = try refusal("tokenizer.json") { root in
        var model = root["model"]?.object ?? JSONObject()
        model[key] = value
        root["model"] = .object(model)
      }
      #expect(error != nil, "\(key): \(value)")
    }
  }

  @Test(arguments: ["merges", "vocab"])
  func `a tokenizer without its merges or vocabulary is refused`(key: String) throws {
    for value in [nil, JSONValue.null] {
      let error = try refusal("tokenizer.json") { root in
        var model = root["model"]?.object ?? JSONObject()
        model[key] = value
        root["model"] = .object(model)
      }
      #expect(error?.cause.contains("model.\(key)") == true)
    }
  }

  @Test(arguments: [
    "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special", "unheard_of",
  ])
  func `a wrong value of an added token is refused`(key: String) throws {
    for value in Self.wrong + (key == "content" ? [""] : [true]) + [.null]
    where
      !(["single_word", "lstrip", "rstrip", "normalized", "special"].contains(key)
      && value == true)
      && !(key == "content" && value.string?.isEmpty == false)
    {
      let error = try refusal("tokenizer.json") { root in
        var tokens = root["added_tokens"]?.array ?? []
        var token = tokens[2].object ?? JSONObject()
        token[key] = value
        tokens[2] = .object(token)
        root["added_tokens"] = .array(tokens)
      }
      #expect(error != nil, "\(key): \(value)")
    }
  }

  @Test func `an added token over another's id is refused, and so is one with a wrong id`() throws {
    for id in [1, 4, 60, 400, -1] {
      let error = try refusal("tokenizer.json") { root in
        var tokens = root["added_tokens"]?.array ?? []
        var token = tokens[2].object ?? JSONObject()
        token["id"] = .int(id)
        tokens[2] = .object(token)
        root["added_tokens"] = .array(tokens)
      }
      #expect(error?.cause.contains("id") == true, "\(id)")
    }
  }

  @Test func `a post-processor that ends texts or begins them with two tokens is refused`() throws {
    let text: JSONValue = ["Sequence": ["id": "A", "type_id": 0]]
    let token: JSONValue = ["SpecialToken": ["id": "<|im_end|>", "type_id": 0]]
    for single in [[text, token], [token, token, text], [text, text], [token]] as [[JSONValue]] {
      let error = try refusal("tokenizer.json") {
        $0["post_processor"] = [
          "type": "TemplateProcessing", "single": .array(single), "pair": [],
          "special_tokens": [
            "<|im_end|>": ["id": "<|im_end|>", "ids": [2], "tokens": ["<|im_end|>"]]
          ],
        ]
      }
      #expect(error?.cause.contains("post_processor") == true)
    }
  }

  @Test(
    arguments: [
      ("unk_token", 5), ("bos_token", true),
      ("eos_token", ["content": "<|im_end|>", "lstrip": true]),
      ("add_bos_token", "true"), ("add_prefix_space", true),
      ("add_special_tokens", false), ("bos_token", ["content": "<|im_end|>"]),
      ("split_special_tokens", true), ("tokenizer_class", "BertTokenizer"), ("tokenizer_class", 1),
      ("additional_special_tokens", 3), ("extra_special_tokens", ["image": 5]),
      ("model_specific_special_tokens", true),
      ("model_specific_special_tokens", [["image_token": "the"]]),
      ("auto_map", ["AutoTokenizer": ["a", "b"]]),
      ("added_tokens_decoder", ["1": ["content": "<other>", "special": true]]),
      ("added_tokens_decoder", ["999": ["content": "<other>", "special": true]]),
      ("added_tokens_decoder", ["2": ["content": "<|im_end|>", "lstrip": 1]]),
      ("added_tokens_decoder", ["2": ["special": true]]),
      ("added_tokens_decoder", ["two": ["content": "<|im_end|>"]]),
      ("chat_template", 5), ("chat_template", ["text"]),
    ] as [(String, JSONValue)])
  func `a setting that is not obeyed is refused by name`(key: String, value: JSONValue) throws {
    let error = try refusal("tokenizer_config.json") { $0[key] = value }
    #expect(error?.cause.contains(key) == true, "\(error?.cause ?? "loaded")")
  }

  @Test(
    arguments: [
      ("bos_token", "<no>"), ("mask_token", "<no>"), ("extra_special_tokens", ["image": "<no>"]),
      ("additional_special_tokens", ["<no>"]),
    ] as [(String, JSONValue)])
  func `a token that only the settings have is added, and needs a row`(
    key: String, value: JSONValue
  ) throws {
    let error = try refusal("tokenizer_config.json") { $0[key] = value }
    #expect(error?.cause.contains("ids up to 320") == true, "\(error?.cause ?? "loaded")")
  }

  @Test(
    arguments: [
      ("bos_token", 1), ("bos_token", true), ("eos_token", []), ("eos_token", [:]),
      ("unk_token", true), ("additional_special_tokens", [:]), ("additional_special_tokens", true),
    ] as [(String, JSONValue)])
  func `a map of special tokens that is not obeyed is refused`(key: String, value: JSONValue) throws
  {
    let folder = try ModelFolder()
    defer { folder.remove() }
    var map = JSONObject()
    map[key] = value
    try folder.write(JSONValue.object(map).text(sortedKeys: false), to: "special_tokens_map.json")
    let error = #expect(throws: FileError.self) {
      try Tokenizer(huggingFaceFolder: folder.path)
    }
    #expect(error?.cause.contains(key) == true)
  }

  @Test func `the map of special tokens comes before the settings`() throws {
    let folder = try ModelFolder()
    defer { folder.remove() }
    try folder.write("{\"eos_token\": \"<|endoftext|>\"}", to: "special_tokens_map.json")
    #expect(try Tokenizer(huggingFaceFolder: folder.path).specialTokens.endOfSequence == 0)
    try folder.write("null", to: "special_tokens_map.json")
    #expect(throws: FileError.self) { try Tokenizer(huggingFaceFolder: folder.path) }
  }

  @Test(
    arguments: [
      ("model_max_length", 3), ("clean_up_tokenization_spaces", true), ("padding_side", "left"),
      ("tokenizer_class", "LlamaTokenizerFast"), ("add_bos_token", false), ("legacy", true),
      ("add_eos_token", true), ("tokenizer_class", "NoSuchTokenizer"),
      ("add_bos_token", true), ("bos_token", ["__type": "AddedToken", "content": "<|im_end|>"]),
      ("additional_special_tokens", ["<|im_start|>"]), ("bos_token", nil),
    ] as [(String, JSONValue)])
  func `a setting that changes no token is passed over`(key: String, value: JSONValue) throws {
    #expect(try refusal("tokenizer_config.json") { $0[key] = value } == nil)
  }

  @Test(arguments: [
    ("GPT2Tokenizer", PreTokenizer.gpt2, false), ("Qwen2TokenizerFast", .qwen2, true),
    ("PreTrainedTokenizerFast", .smollm, false),
  ])
  func `a class with a pipeline of its own has that one, as in transformers`(
    name: String, rule: PreTokenizer, normalizes: Bool
  ) throws {
    let folder = try ModelFolder()
    defer { folder.remove() }
    try folder.change("tokenizer_config.json") { $0["tokenizer_class"] = .string(name) }
    let tokenizer = try Tokenizer(huggingFaceFolder: folder.path)
    #expect(
      tokenizer.pipeline
        == TextPipeline(normalizers: normalizes ? [.nfc] : [], splits: [.rule(rule)]))
  }

  @Test(arguments: [
    ("tokenizer.ggml.add_eos_token", GGUFValue.bool(true)),
    ("tokenizer.ggml.precompiled_charsmap", .string("x")),
    ("tokenizer.ggml.pre", .string("default")),
    ("tokenizer.ggml.unheard_of", .uint32(1)), ("tokenizer.ggml.eot_token_id", .uint32(8)),
    ("tokenizer.ggml.eom_token_id", .string("2")),
    ("tokenizer.ggml.token_type", .numbers(GGUFNumbers(int32: [2, 3, 3, 1, 1, 1, 1, 9]))),
    (
      "tokenizer.ggml.tokens",
      .strings(ByteStrings(["<unk>", "<s>", "</s>", "a", "b", "c", "ab", "a"]))
    ),
  ])
  func `a GGUF key that is not obeyed is refused`(key: String, value: GGUFValue) {
    #expect(throws: FileError.self) {
      try Tokenizer.reading(gguf: GGUFTokenizerTests.metadata([key: value]), file: "made.gguf")
    }
  }
}
