import Checkpoints
import Tokenizers

extension Tokenizer {
  /// The tokenizer in the metadata of a GGUF file. One of a kind that is not supported is refused
  /// by name.
  package init(gguf metadata: GGUFMetadata, file: String) throws(CheckpointError) {
    let model = try metadata.text("tokenizer.ggml.model")
    guard model == "gpt2" else {
      throw CheckpointError(
        .unsupported, file: file,
        cause: "the tokenizer model \"\(model)\" is not supported (tokenizer.ggml.model)",
        fix: "use a model with a byte-level BPE tokenizer (\"gpt2\"), for example SmolLM2")
    }
    try GGUFTokenizerKeys.check(metadata)
    let rule = try metadata.text("tokenizer.ggml.pre")
    guard let preTokenizer = PreTokenizer(ggufName: rule) else {
      throw CheckpointError(
        .unsupported, file: file,
        cause: "the splitting rule \"\(rule)\" is not supported (tokenizer.ggml.pre)",
        fix: "use a model with one of gpt-2, smollm, llama-bpe, qwen2")
    }
    let tokens = try metadata.strings("tokenizer.ggml.tokens")
    guard tokens.count <= Vocabulary.limit else {
      throw Self.malformed(
        file, "it has \(tokens.count) tokens, and a tokenizer may have \(Vocabulary.limit)")
    }
    let kinds = try Self.tokenKinds(metadata, file)
    let byteLevel = try Self.byteLevelModel(tokens, kinds, metadata, file)
    let special = try Self.specialTokens(tokens, kinds, preTokenizer, metadata, file)
    self.init(
      vocabulary: byteLevel.vocabulary, merges: byteLevel.merges, specialTokens: special,
      preTokenizer: preTokenizer, takesWholeWords: preTokenizer == .llama3,
      normalizes: preTokenizer == .qwen2)
  }

  /// What each token is for; all normal where the file does not say.
  private static func tokenKinds(
    _ metadata: GGUFMetadata, _ file: String
  ) throws(CheckpointError) -> [Vocabulary.Kind] {
    let count = try metadata.strings("tokenizer.ggml.tokens").count
    guard let numbers = try metadata.integersIfPresent("tokenizer.ggml.token_type") else {
      return Array(repeating: .normal, count: count)
    }
    guard numbers.count == count else {
      throw malformed(
        file, "there are \(count) tokens but \(numbers.count) token types in its metadata")
    }
    var kinds: [Vocabulary.Kind] = []
    kinds.reserveCapacity(count)
    for (place, number) in numbers.enumerated() {
      guard let kind = UInt8(exactly: number).flatMap(Vocabulary.Kind.init) else {
        throw malformed(file, "token \(place) is of type \(number), which is not known")
      }
      kinds.append(kind)
    }
    return kinds
  }

  private static func byteLevelModel(
    _ tokens: ByteStrings, _ kinds: [Vocabulary.Kind], _ metadata: GGUFMetadata, _ file: String
  ) throws(CheckpointError) -> ByteLevelModel {
    let merges = try metadata.strings("tokenizer.ggml.merges")
    var model = ByteLevelModel()
    model.reserveCapacity(tokens: tokens.count, bytes: tokens.byteCount)
    for (token, kind) in zip(tokens, kinds) { model.appendToken(token, kind: kind) }
    if let token = model.vocabulary.repeated {
      throw malformed(
        file,
        "token \(token) has the same text as another: \"\(String(decoding: tokens[Int(token)], as: UTF8.self))\""
      )
    }
    model.beginMerges(count: merges.count)
    do throws(TokenizerError) {
      for merge in merges { try model.appendMerge(merge) }
    } catch {
      throw malformed(file, error.cause)
    }
    return model
  }

  private static func specialTokens(
    _ tokens: ByteStrings, _ kinds: [Vocabulary.Kind], _ preTokenizer: PreTokenizer,
    _ metadata: GGUFMetadata, _ file: String
  ) throws(CheckpointError) -> SpecialTokens {
    func id(_ role: String) throws(CheckpointError) -> Int32? {
      guard let id = try metadata.integerIfPresent("tokenizer.ggml.\(role)_token_id") else {
        return nil
      }
      guard tokens.indices.contains(id) else {
        throw malformed(file, "the \(role) token is \(id), beyond its \(tokens.count) tokens")
      }
      return Int32(id)
    }
    var special = SpecialTokens()
    special.beginOfSequence = try id("bos")
    special.endOfSequence = try id("eos")
    special.unknown = try id("unknown")
    special.padding = try id("padding")
    let ends = [special.endOfSequence, try id("eot"), try id("eom")]
    special.endsOfReply = Set(ends.compactMap { $0 })
    special.addsBeginOfSequence =
      try metadata.boolIfPresent("tokenizer.ggml.add_bos_token") ?? (preTokenizer == .llama3)
    for (position, kind) in kinds.enumerated() where kind != .normal {
      let text = String(decoding: tokens[position], as: UTF8.self)
      switch kind {
      case .control, .unknown: special.control[text] = Int32(position)
      case .userDefined: special.userDefined[text] = Int32(position)
      case .normal, .unused, .byte: break
      }
    }
    return special
  }

  private static func malformed(_ file: String, _ cause: String) -> CheckpointError {
    CheckpointError(
      .malformed, file: file, cause: cause, fix: "convert the model again with a current converter")
  }
}
