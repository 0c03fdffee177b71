import Checkpoints
import Files
import Models
import TestSupport
import Testing
import Tokenizers

/// Tokenizers of GGUF files in the files of a Hugging Face folder.
@Suite struct GGUFTokenizerFolderTests {
  /// The tiny Llama with another tokenizer, whose tokens have its rows of the embedding over and over.
  private func model(
    _ changes: [String: GGUFValue?], in temporary: TemporaryFolder
  ) throws -> LoadedModel {
    let source = try GGUFParts(path: References.path("tiny-llama/f32.gguf"))
    var values = changes
    for key in source.metadata.keys where values[key] == nil && !key.hasSuffix("vocab_size") {
      values[key] = source.metadata[key]
    }
    var metadata = GGUFMetadata(file: "made.gguf")
    let path = temporary.path + "/model.gguf"
    var writer = GGUFWriter(file: path)
    for (key, value) in values {
      guard let value else { continue }
      writer.set(key, value)
      _ = metadata.insert(key, value)
    }
    let count = try metadata.strings("tokenizer.ggml.tokens").count
    for entry in source.tensors.entries {
      var (shape, bytes) = (entry.shape, Array(entry.bytes))
      if shape.count == 2, ["token_embd.weight", "output.weight"].contains(entry.name) {
        let row = bytes.count / shape[0]
        bytes = (0..<count).flatMap { id in
          let start = id % shape[0] * row
          return bytes[start..<start + row]
        }
        shape[0] = count
      }
      try writer.add(entry.name, entry.elementType, shape: shape, bytes: bytes)
    }
    try writer.write()
    return try LoadedModel(path: path)
  }

  private func written(
    _ model: LoadedModel, in temporary: TemporaryFolder
  ) throws -> (tokenizer: Tokenizer, notes: [String]) {
    let target = temporary.path + "/out"
    let folder = try SafetensorsModelFolder(
      of: model, weights: model.decoder.weights, as: nil, to: target)
    try folder.write()
    return (try Tokenizer(huggingFaceFolder: target), folder.notes)
  }

  private func requireAgreement(
    _ model: LoadedModel, _ other: Tokenizer, parsing: [Bool] = [false, true]
  ) throws {
    for text in try WordGoldens.texts() {
      for parses in parsing {
        let (ids, others) = (
          model.tokenizer.encode(text, parseSpecial: parses),
          other.encode(text, parseSpecial: parses)
        )
        #expect(ids == others, "\(text.debugDescription)")
      }
    }
    #expect(other.specialTokens.opening == model.tokenizer.specialTokens.opening)
  }

  /// Without a template, which is of another vocabulary.
  private func golden(_ name: String) throws -> [String: GGUFValue?] {
    let metadata = try WordGoldens.metadata(WordGoldens.entry("files", named: name))
    var values: [String: GGUFValue?] = ["tokenizer.chat_template": nil]
    for key in [
      "tokenizer.ggml.pre", "tokenizer.ggml.merges", "tokenizer.ggml.add_bos_token",
      "tokenizer.ggml.padding_token_id",
    ] { values[key] = .some(nil) }
    for key in metadata.keys { values[key] = metadata[key] }
    return values
  }

  /// Where markers are not looked for, llama.cpp merges text that spells one into it all the same.
  @Test(arguments: ["SentencePiece", "SentencePiece without a space before"])
  func `merges in the order of scores give the tokens of the scores`(_ name: String) throws {
    let temporary = TemporaryFolder()
    let model = try model(golden(name), in: temporary)
    try requireAgreement(model, written(model, in: temporary).tokenizer, parsing: [true])
  }

  @Test(arguments: [
    "llama-bpe", "qwen2", "gpt-2", "smollm", "falcon", "tekken", "gpt-4o", "deepseek-v3", "bloom",
    "chameleon", "laguna", "viking", "glm4",
  ])
  func `a rule of cutting text is one of a tokenizer json`(_ rule: String) throws {
    let temporary = TemporaryFolder()
    let model = try model(["tokenizer.ggml.pre": .string(rule)], in: temporary)
    try requireAgreement(model, written(model, in: temporary).tokenizer)
  }

  @Test func `bytes without a token are told`() throws {
    let temporary = TemporaryFolder()
    var tokens = try GGUFParts(path: References.path("tiny-llama/f32.gguf")).metadata
      .strings("tokenizer.ggml.tokens").map { String(decoding: $0, as: UTF8.self) }
    let place = try #require(tokens.firstIndex(of: "\u{104}"))  // the byte 0x04
    tokens[place] = "<|spare|>"
    let model = try model(
      ["tokenizer.ggml.tokens": .strings(ByteStrings(tokens))], in: temporary)
    let notes = try written(model, in: temporary).notes
    #expect(notes.count == 1 && notes[0].contains("no token has the bytes 0x04:"))
  }

  @Test func `a tokenizer that a tokenizer json cannot be is refused by name`() throws {
    let temporary = TemporaryFolder()
    for (name, reason) in [
      ("unigram", "is of the kind \"t5\""), ("Phi-3", "would give other tokens"),
    ] {
      let model = try model(golden(name), in: temporary)
      let error = #expect(throws: FileError.self) { _ = try written(model, in: temporary) }
      #expect(error?.cause.contains(reason) == true, "\(name)")
      #expect(!temporary.has("out"))
    }
  }
}
