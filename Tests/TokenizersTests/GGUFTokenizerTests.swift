import Checkpoints
import Files
import Models
import Testing
import Tokenizers

/// Tokenizers from GGUF metadata made by hand.
@Suite struct GGUFTokenizerTests {
  /// Tokens 0 to 2 are markers, then a, b, c, ab, abc.
  static let tokens = ["<unk>", "<s>", "</s>", "a", "b", "c", "ab", "abc"]

  /// - Parameter changes: values by key; nil leaves the key out.
  static func metadata(_ changes: [String: GGUFValue?] = [:]) -> GGUFMetadata {
    let kinds: [Int32] = [2, 3, 3, 1, 1, 1, 1, 1]
    var values: [String: GGUFValue] = [
      "tokenizer.ggml.model": .string("gpt2"),
      "tokenizer.ggml.pre": .string("smollm"),
      "tokenizer.ggml.tokens": .strings(ByteStrings(tokens)),
      "tokenizer.ggml.token_type": .numbers(GGUFNumbers(int32: kinds)),
      "tokenizer.ggml.merges": .strings(ByteStrings(["a b", "ab c"])),
      "tokenizer.ggml.bos_token_id": .uint32(1),
      "tokenizer.ggml.eos_token_id": .uint32(2),
      "tokenizer.ggml.unknown_token_id": .uint32(0),
      "tokenizer.ggml.add_bos_token": .bool(true),
    ]
    for (key, value) in changes { values[key] = value }
    var metadata = GGUFMetadata(file: "made.gguf")
    for (key, value) in values { _ = metadata.insert(key, value) }
    return metadata
  }

  func refusal(_ changes: [String: GGUFValue]) -> FileError? {
    #expect(throws: FileError.self) {
      try Tokenizer.reading(gguf: Self.metadata(changes), file: "made.gguf")
    }
  }

  @Test func mergesApplyByRank() throws {
    let tokenizer = try Tokenizer.reading(gguf: Self.metadata(), file: "made.gguf")
    #expect(tokenizer.encode("abcab", parseSpecial: false) == [7, 6])
    #expect(tokenizer.encode("cba", parseSpecial: false) == [5, 4, 3])
    #expect(tokenizer.specialTokens.opening == 1)
  }

  @Test func `bytes that the vocabulary lacks are left out, as by llama cpp`() throws {
    let tokenizer = try Tokenizer.reading(gguf: Self.metadata(), file: "made.gguf")
    #expect(tokenizer.encode("axb", parseSpecial: false) == [3, 4])
    #expect(tokenizer.encode("x", parseSpecial: false) == [])
  }

  @Test func unsupportedKindsAreRefusedByName() {
    let model = refusal(["tokenizer.ggml.model": .string("bert")])
    #expect(model?.kind == .unsupported)
    #expect(model?.cause.contains("tokenizer model \"bert\"") == true)
    let rule = refusal(["tokenizer.ggml.pre": .string("kimi-k2")])
    #expect(rule?.kind == .unsupported)
    #expect(rule?.cause.contains("splitting rule \"kimi-k2\"") == true)
  }

  @Test func contradictionsAreRefused() {
    let kinds = refusal([
      "tokenizer.ggml.token_type": .numbers(GGUFNumbers(int32: [1, 1]))
    ])
    #expect(
      kinds?.cause == "there are 8 tokens but 2 types of them (tokenizer.ggml.token_type)")
    let role = refusal(["tokenizer.ggml.bos_token_id": .uint32(8)])
    #expect(role?.cause == "tokenizer.ggml.bos_token_id is 8, beyond its 8 tokens")
    #expect(refusal(["tokenizer.ggml.bos_token_id": .uint32(.max)]) != nil)
    let lacking = refusal(["tokenizer.ggml.merges": .strings(ByteStrings(["a c"]))])
    #expect(
      lacking?.cause == "the merge of \"a\" and \"c\" needs a token that the vocabulary lacks")
    for text in ["ab", "", " ", "a", "a \u{65E5}"] {
      #expect(refusal(["tokenizer.ggml.merges": .strings(ByteStrings([text]))]) != nil)
    }
    #expect(refusal(["tokenizer.ggml.tokens": .uint32(1)]) != nil)
  }

  @Test func theLongestOfTheLeftmostMarkersIsTaken() throws {
    let names = ["<unk>", "<s>", "<s><s>", "a", "b", "c", "ab", "abc"]
    let metadata = Self.metadata(["tokenizer.ggml.tokens": .strings(ByteStrings(names))])
    let tokenizer = try Tokenizer.reading(gguf: metadata, file: "made.gguf")
    #expect(tokenizer.encode("a<s><s><s>b", parseSpecial: true) == [3, 2, 1, 4])
  }
}
