import Files
import Models
import TestSupport
import Testing
import Tokenizers

/// Tokenizers of a few letters that do what hardly any does, against the ids that the library gives
/// (tokenizers 0.23).
@Suite struct AddedTokenTests {
  private static let vocabulary: JSONValue = [
    "\u{2581}": 0, "a": 1, "b": 2, "c": 3, "d": 4, " ": 5, "\u{2581}a": 6, "<unk>": 7,
  ]

  private func token(
    _ text: String, _ id: Int, isNormalized: Bool = false, isWord: Bool = false
  ) -> JSONValue {
    [
      "id": .int(id), "content": .string(text), "single_word": .bool(isWord), "lstrip": false,
      "rstrip": false, "normalized": .bool(isNormalized), "special": false,
    ]
  }

  private func tokenizer(_ changes: JSONObject) throws -> Tokenizer {
    var root: JSONObject = [
      "version": "1.0", "added_tokens": [], "normalizer": nil,
      "pre_tokenizer": [
        "type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "first", "split": false,
      ],
      "post_processor": nil, "decoder": nil,
      "model": [
        "type": "BPE", "unk_token": "<unk>", "vocab": Self.vocabulary,
        "merges": [["\u{2581}", "a"]],
      ],
    ]
    for member in changes.members { root[member.key] = member.value }
    let folder = TemporaryFolder()
    folder.write(JSONValue.object(root).text(sortedKeys: false), as: "tokenizer.json")
    folder.write("{\"model_type\": \"llama\"}", as: "config.json")
    return try Tokenizer(huggingFaceFolder: folder.path)
  }

  @Test(
    arguments: [
      (
        ["type": "Strip", "strip_left": true, "strip_right": false],
        [[6, 2], [1, 2], [0, 2, 1, 2]]
      ),
      (
        ["type": "Replace", "pattern": ["String": "b"], "content": ""],
        [[6], [6], [1]]
      ),
      (["type": "StripAccents"], [[6, 2], [6, 2], [0, 2, 1, 2]]),
    ] as [(JSONValue, [[Int32]])])
  func `a text whose beginning was cut away gets no space of the first`(
    normalizer: JSONValue, ids: [[Int32]]
  ) throws {
    let tokenizer = try tokenizer(["normalizer": normalizer])
    for (text, expected) in zip(["ab", " ab", "bab"], ids) {
      #expect(tokenizer.encode(text, parseSpecial: true) == expected, "\(text)")
    }
  }

  @Test func `an accent at the beginning counts as it`() throws {
    let tokenizer = try tokenizer(["normalizer": ["type": "StripAccents"]])
    #expect(tokenizer.encode("\u{301}ab", parseSpecial: true) == [1, 2])
  }

  @Test func `of tokens that overlap those of the text as it is come first`() throws {
    let tokens: JSONValue = [token("abc", 8, isNormalized: true), token("bcd", 9)]
    let tokenizer = try tokenizer(["added_tokens": tokens])
    #expect(tokenizer.encode("abcd", parseSpecial: true) == [6, 9])
  }

  @Test func `an added letter that is no word there is no letter of the model`() throws {
    let tokenizer = try tokenizer(["added_tokens": [token("x", 8, isWord: true)]])
    #expect(tokenizer.encode("axb", parseSpecial: true) == [6, 7, 2])
    #expect(tokenizer.encode("a x b", parseSpecial: true) == [6, 0, 8, 0, 2])
  }

  @Test func `without a decoder tokens stand apart`() throws {
    let tokenizer = try tokenizer([:])
    #expect(tokenizer.decode([6, 1, 2]) == "\u{2581}a a b")
    #expect(tokenizer.decode([1, 6]) == "a \u{2581}a")
  }

  @Test func `an unknown token without a text is none`() throws {
    let model: JSONValue = [
      "type": "BPE", "unk_token": "", "vocab": Self.vocabulary, "merges": [],
    ]
    #expect(try tokenizer(["model": model]).encode("ab", parseSpecial: true) == [0, 1, 2])
  }
}
