import Checkpoints
import Files
import Models
import Testing
import Tokenizers

/// The keys `tokenizer.…` of a GGUF file as llama.cpp has them.
@Suite struct GGUFTokenizerKeyTests {
  static let values: [GGUFValue] = [
    .uint32(2), .uint64(1 << 40), .int32(-1), .float32(0.5), .bool(true), .string("yarn"),
    .numbers(GGUFNumbers(int32: [1])), .strings(ByteStrings(["x"])),
  ]

  private func refusal(_ changes: [String: GGUFValue?]) -> FileError? {
    do throws(FileError) {
      _ = try Tokenizer.reading(gguf: GGUFTokenizerTests.metadata(changes), file: "made.gguf")
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: KeyTable.ggufTokenizer.entries.map(\.key))
  func `a value of a type that llama cpp does not take is refused by name`(key: String) {
    let refused = Self.values.compactMap { refusal([key: $0]) }
    guard key.hasPrefix("tokenizer.ggml.") else {
      #expect(refused.isEmpty, "\(key) is not read")
      return
    }
    #expect(refused.count >= 6, "\(key) takes too much")
    for error in refused {
      let names = [key, "tokenizer.ggml.token_type", "merge"]
      #expect(names.contains { error.cause.contains($0) }, "\(key): \(error.cause)")
    }
  }

  @Test(
    arguments: [
      ("pre", [:]), ("token_type", [:]), ("eos_token_id", [:]),
      ("bos_token_id", [:]), ("bos_token_id", ["pre": .string("llama-bpe"), "add_bos_token": nil]),
    ] as [(String, [String: GGUFValue?])])
  func `a key that llama cpp would replace by a default is refused where it is missing`(
    name: String, others: [String: GGUFValue?]
  ) {
    var changes: [String: GGUFValue?] = ["tokenizer.ggml.\(name)": nil]
    for (other, value) in others { changes["tokenizer.ggml.\(other)"] = value }
    let error = refusal(changes)
    #expect(error?.cause.contains("tokenizer.ggml.\(name)") == true)
    #expect(error?.cause.contains("missing") == true)
  }

  @Test func `a model whose texts begin with no token needs none`() {
    let changes: [String: GGUFValue?] = [
      "tokenizer.ggml.bos_token_id": nil, "tokenizer.ggml.add_bos_token": .bool(false),
    ]
    #expect(refusal(changes) == nil)
  }

  @Test func `scores are passed over where there is one for each token`() {
    func scores(_ numbers: GGUFNumbers) -> FileError? {
      refusal(["tokenizer.ggml.scores": .numbers(numbers)])
    }
    #expect(scores(GGUFNumbers(float32: Array(repeating: -1, count: 8))) == nil)
    #expect(scores(GGUFNumbers(int32: Array(repeating: -1, count: 9))) == nil)
    #expect(scores(GGUFNumbers(float32: Array(repeating: -1, count: 7))) != nil)
  }

  @Test func `a token of bytes is refused, as byte-level models have none`() {
    let kinds = GGUFNumbers(int32: [2, 3, 3, 1, 1, 6, 1, 1])
    let error = refusal(["tokenizer.ggml.token_type": .numbers(kinds)])
    #expect(error?.cause.contains("token 5, \"c\", is 6") == true)
  }

  /// A tokenizer whose last two tokens, without merges, are these.
  private func tokenizer(
    _ names: [String], kinds: [Int32], _ changes: [String: GGUFValue?] = [:]
  ) throws -> Tokenizer {
    let tokens = GGUFTokenizerTests.tokens.prefix(6) + names
    var all: [String: GGUFValue?] = [
      "tokenizer.ggml.tokens": .strings(ByteStrings(Array(tokens))),
      "tokenizer.ggml.token_type": .numbers(GGUFNumbers(int32: [2, 3, 3, 1, 1, 1] + kinds)),
      "tokenizer.ggml.merges": .strings(ByteStrings([])),
    ]
    for (key, value) in changes { all["tokenizer.ggml.\(key)"] = value }
    return try Tokenizer.reading(gguf: GGUFTokenizerTests.metadata(all), file: "made.gguf")
  }

  @Test(arguments: [Int32(1), 3, 4, 5])
  func `a token with the name of an end is a marker and ends a reply, whatever its type`(
    kind: Int32
  ) throws {
    let made = try tokenizer(["<|im_end|>", "<|eot_id|>"], kinds: [kind, 3])
    #expect(made.specialTokens.endsOfReply == [2, 6, 7])
    #expect(made.specialTokens.control["<|im_end|>"] == 6)
    #expect(made.specialTokens.userDefined.isEmpty)
    #expect(made.encode("a<|im_end|>b", parseSpecial: true) == [3, 6, 4])
  }

  @Test(arguments: ["fim_pad", "fim_rep", "fim_sep"])
  func `tokens that part files end a reply, by number or by name`(role: String) throws {
    let names = ["fim_pad": "<|fim_pad|>", "fim_rep": "<|repo_name|>", "fim_sep": "<|file_sep|>"]
    let name = try #require(names[role])
    let byName = try tokenizer([name, "<|fim_prefix|>"], kinds: [1, 1])
    #expect(byName.specialTokens.endsOfReply == [2, 6])
    #expect(byName.specialTokens.control["<|fim_prefix|>"] == 7)
    let byNumber = try tokenizer(
      [name, "<|fim_prefix|>"], kinds: [1, 1],
      ["\(role)_token_id": .uint32(3), "prefix_token_id": .uint32(4)])
    #expect(byNumber.specialTokens.endsOfReply == [2, 3])
    #expect(byNumber.specialTokens.control[name] == nil)
    #expect(byNumber.specialTokens.control["<|fim_prefix|>"] == nil)
  }

  @Test func `names of a channel are text of their own`() throws {
    let made = try tokenizer(["<|channel|>", "<|message|>"], kinds: [3, 1])
    #expect(made.specialTokens.userDefined == ["<|channel|>": 6, "<|message|>": 7])
  }

  @Test func `text of a Qwen model in a GGUF file is not normalized`() throws {
    let made = try Tokenizer.reading(
      gguf: GGUFTokenizerTests.metadata(["tokenizer.ggml.pre": .string("qwen2")]),
      file: "made.gguf")
    #expect(made.pipeline == TextPipeline(splits: [.rule(.qwen2)]))
  }
}
