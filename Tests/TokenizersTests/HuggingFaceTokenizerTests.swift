import Files
import Glibc
import Models
import TestSupport
import Testing
import Tokenizers

/// Tokenizers from `tokenizer.json`, against the ids that Hugging Face's library gives.
@Suite struct HuggingFaceTokenizerTests {
  static func folder(_ rule: PreTokenizer) -> String {
    "\(References.tests)/TokenizersTests/Goldens/folders/\(rule.rawValue)"
  }

  @Test(arguments: PreTokenizer.allCases)
  func idsAreThoseOfTheReference(rule: PreTokenizer) throws {
    let tokenizer = try Tokenizer(huggingFaceFolder: Self.folder(rule))
    #expect(tokenizer.pipeline.splits == [.rule(rule)])
    let cases = try TokenGoldens.cases("folders.json")
    #expect(cases.count >= 300)
    for golden in cases {
      let text = try #require(golden["text"]?.string)
      let ids = try #require(TokenGoldens.ids(golden[rule.rawValue]))
      #expect(tokenizer.encode(text, parseSpecial: true) == ids, "\(text.debugDescription)")
    }
  }

  @Test(arguments: ["plain", "bytes", "nmt"])
  func idsOfUnigramModelsAreThoseOfTheReference(name: String) throws {
    let tokenizer = try Tokenizer(
      huggingFaceFolder: "\(References.tests)/TokenizersTests/Goldens/unigram/\(name)")
    let cases = try TokenGoldens.cases("unigram.json")
    #expect(cases.count >= 400)
    for golden in cases {
      let text = try #require(golden["text"]?.string)
      let ids = try #require(TokenGoldens.ids(golden[name]))
      let found = tokenizer.encode(text, parseSpecial: true)
      #expect(found == ids, "\(text.debugDescription)")
      #expect(tokenizer.encode(text, parseSpecial: true) == ids, "\(text.debugDescription), kept")
    }
  }

  @Test(
    arguments: [
      ("unk_id", nil), ("unk_id", 400), ("unk_id", -1), ("vocab", []), ("vocab", [["a"]]),
      ("vocab", [["a", "b"]]), ("vocab", ["a"]), ("scores", [1]),
    ] as [(String, JSONValue)])
  func anUnsoundUnigramModelIsRefused(key: String, value: JSONValue) throws {
    let folder = "\(References.tests)/TokenizersTests/Goldens/unigram/plain"
    let error = try refusal(of: folder) { root in
      var model = try #require(root["model"]?.object)
      model[key] = value
      root["model"] = .object(model)
      root["added_tokens"] = []
    }
    #expect(error?.cause.contains("model.") == true)
  }

  @Test(arguments: ["", "AAAA", "/////w==", "AQAAAAA=", "no base 64!"])
  func aMapOfCharactersThatIsNoneIsRefused(text: String) throws {
    let folder = "\(References.tests)/TokenizersTests/Goldens/unigram/nmt"
    let error = try refusal(of: folder) {
      $0["normalizer"] = ["type": "Precompiled", "precompiled_charsmap": .string(text)]
    }
    #expect(error?.cause.contains("precompiled_charsmap") == true)
  }

  @Test func rolesComeFromTheTokenizersConfiguration() throws {
    let special = try Tokenizer(huggingFaceFolder: Self.folder(.llama3)).specialTokens
    #expect(special.beginOfSequence == 1)
    #expect(special.endOfSequence == 2)
    #expect(special.unknown == nil)
    #expect(special.opening == 1)
    #expect(special.control.count == 3)
    #expect(Array(special.userDefined.keys) == ["file"])
    #expect(try Tokenizer(huggingFaceFolder: Self.folder(.gpt2)).specialTokens.opening == nil)
  }

  @Test func tokensAddedByHandAreFoundEvenWhereMarkersAreNot() throws {
    let tokenizer = try Tokenizer(huggingFaceFolder: Self.folder(.gpt2))
    let id = try #require(tokenizer.specialTokens.userDefined["file"])
    #expect(tokenizer.encode("a file", parseSpecial: false).last == id)
    #expect(!tokenizer.encode("<|im_end|>", parseSpecial: false).contains(2))
    #expect(tokenizer.encode("<|im_end|>", parseSpecial: true) == [2])
  }

  @Test(arguments: [
    ("WordPiece", "type", "model.type is \"WordPiece\""),
    (
      "byte_fallback", "byte_fallback",
      "model.byte_fallback is true beside a pre_tokenizer ByteLevel"
    ),
    ("suffix", "end_of_word_suffix", "model.end_of_word_suffix is \"</w>\""),
  ])
  func anUnsupportedModelIsRefusedByName(name: String, key: String, cause: String) throws {
    let values: [String: JSONValue] = [
      "WordPiece": "WordPiece", "byte_fallback": true, "suffix": "</w>",
    ]
    let error = try refusal { root in
      var model = try #require(root["model"]?.object)
      model[key] = values[name]
      root["model"] = .object(model)
    }
    #expect(error?.kind == .unsupported)
    #expect(error?.cause == cause + ", which is not supported")
  }

  @Test func anUnsupportedPipelineIsRefusedByName() throws {
    let normalizer = try refusal { $0["normalizer"] = ["type": "Nmt"] }
    #expect(normalizer?.cause == "normalizer is Nmt, which is not supported")
    let prefix = try refusal {
      $0["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": 1, "trim_offsets": true]
    }
    #expect(prefix?.cause == "pre_tokenizer.add_prefix_space is 1, which is not supported")
    let split = try refusal {
      $0["pre_tokenizer"] = [
        "type": "Sequence",
        "pretokenizers": [
          [
            "type": "Split", "pattern": ["Regex": "(?<n>a)"], "behavior": "Isolated",
            "invert": false,
          ],
          [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
            "use_regex": false,
          ],
        ],
      ]
    }
    #expect(split?.cause.contains("the pattern (?<n>a) of pre_tokenizer has a group") == true)
    let none = try refusal { $0["pre_tokenizer"] = nil }
    #expect(none?.cause == "the key pre_tokenizer is missing")
  }

  @Test func anUnsoundVocabularyIsRefused() throws {
    func model(_ change: (inout JSONObject) throws -> Void) throws -> FileError? {
      try refusal { root in
        var model = try #require(root["model"]?.object)
        try change(&model)
        root["model"] = .object(model)
        root["added_tokens"] = []
      }
    }
    #expect(try model { $0["vocab"] = nil }?.cause == "the key model.vocab is missing")
    #expect(try model { $0["vocab"] = ["a": 0, "b": 0] }?.cause.contains("share id 0") == true)
    for id in [-1, 1 << 40] as [Int] {
      #expect(try model { $0["vocab"] = ["a": .int(id)] }?.cause.contains("no sound id") == true)
    }
    let merge = try model { $0["merges"] = [["a", "\u{120}zzz"]] }
    #expect(merge?.cause.contains("needs a token that the vocabulary lacks") == true)
    #expect(try model { $0["merges"] = [["a"]] }?.kind == .malformed)
    #expect(try model { $0["merges"] = ["ab"] }?.kind == .malformed)
  }

  /// What is said of GPT-2's golden folder after a change to its `tokenizer.json`.
  private func refusal(
    of original: String = folder(.gpt2), _ change: (inout JSONObject) throws -> Void
  ) throws -> FileError? {
    var root = try #require(JSONValue(file: original + "/tokenizer.json").object)
    try change(&root)
    var template = Array("/tmp/tokenizer-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { rmdir(folder) }
    let file = folder + "/tokenizer.json"
    try AtomicFile.write(JSONValue.object(root).text(sortedKeys: false), to: file)
    defer { unlink(file) }
    return #expect(throws: FileError.self) { try Tokenizer(huggingFaceFolder: folder) }
  }
}
