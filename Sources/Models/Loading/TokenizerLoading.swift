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
    try KeyTable.ggufTokenizer.checkTokenizer(metadata)
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
    try Self.checkScores(metadata, count: tokens.count)
    let names = GGUFTokenNames.Known { metadata["tokenizer.ggml.\($0)_token_id"] != nil }
    let kinds = try Self.tokenKinds(tokens, names, metadata, file)
    let byteLevel = try Self.byteLevelModel(tokens, kinds, metadata, file)
    let special = try Self.specialTokens(tokens, kinds, names, preTokenizer, metadata)
    // llama.cpp normalizes no text, not even a Qwen model's, whose tokenizer.json has NFC.
    self.init(
      vocabulary: byteLevel.vocabulary, merges: byteLevel.merges, specialTokens: special,
      preTokenizer: preTokenizer, takesWholeWords: preTokenizer == .llama3)
  }

  /// Byte-level models have no use for scores; llama.cpp wants one for each token all the same.
  private static func checkScores(
    _ metadata: GGUFMetadata, count: Int
  ) throws(CheckpointError) {
    let key = "tokenizer.ggml.scores"
    guard let value = metadata[key] else { return }
    guard case .numbers(let scores) = value, [.float32, .int32].contains(scores.type),
      scores.count >= count
    else {
      throw malformed(
        metadata.file,
        "\(key) should be a list of one float32 or int32 for each of the "
          + "\(count) tokens")
    }
  }

  /// What each token is for, by its name or as the file says.
  private static func tokenKinds(
    _ tokens: ByteStrings, _ names: GGUFTokenNames.Known, _ metadata: GGUFMetadata, _ file: String
  ) throws(CheckpointError) -> [Vocabulary.Kind] {
    let numbers = try metadata.integersIfPresent("tokenizer.ggml.token_type") ?? []
    guard numbers.count == tokens.count else {
      throw malformed(
        file,
        "there are \(tokens.count) tokens but \(numbers.count) types of them "
          + "(tokenizer.ggml.token_type)")
    }
    var kinds: [Vocabulary.Kind] = []
    kinds.reserveCapacity(tokens.count)
    for (token, number) in zip(tokens, numbers) {
      let name = String(decoding: token, as: UTF8.self)
      guard let kind = UInt8(exactly: number).flatMap(Vocabulary.Kind.init), kind != .byte else {
        throw malformed(
          file,
          "tokenizer.ggml.token_type of token \(kinds.count), \"\(name)\", is \(number), which "
            + "is not known to a byte-level tokenizer")
      }
      kinds.append(names.kind(of: name) ?? kind)
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
    _ tokens: ByteStrings, _ kinds: [Vocabulary.Kind], _ names: GGUFTokenNames.Known,
    _ preTokenizer: PreTokenizer, _ metadata: GGUFMetadata
  ) throws(CheckpointError) -> SpecialTokens {
    func id(_ role: String) throws(CheckpointError) -> Int32? {
      try token(role, count: tokens.count, metadata)
    }
    var special = SpecialTokens()
    special.beginOfSequence = try id("bos")
    special.endOfSequence = try id("eos")
    special.unknown = try id("unknown")
    special.padding = try id("padding")
    for role in ["eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep"] {
      if let end = try id(role) { special.endsOfReply.insert(end) }
    }
    special.addsBeginOfSequence =
      try metadata.boolIfPresent("tokenizer.ggml.add_bos_token") ?? (preTokenizer == .llama3)
    guard special.beginOfSequence != nil || !special.addsBeginOfSequence else {
      throw malformed(
        metadata.file,
        "texts begin with a token (tokenizer.ggml.add_bos_token), and "
          + "tokenizer.ggml.bos_token_id, which says with which, is missing")
    }
    for (position, kind) in kinds.enumerated() where kind != .normal {
      let text = String(decoding: tokens[position], as: UTF8.self)
      if names.ends.contains(text) { special.endsOfReply.insert(Int32(position)) }
      switch kind {
      case .control, .unknown: special.control[text] = Int32(position)
      case .userDefined: special.userDefined[text] = Int32(position)
      case .normal, .unused, .byte: break
      }
    }
    return special
  }

  /// The token with a role, of `count` tokens.
  private static func token(
    _ role: String, count: Int, _ metadata: GGUFMetadata
  ) throws(CheckpointError) -> Int32? {
    let key = "tokenizer.ggml.\(role)_token_id"
    guard let id = try metadata.integerIfPresent(key) else { return nil }
    guard 0..<count ~= id else {
      throw malformed(metadata.file, "\(key) is \(id), beyond its \(count) tokens")
    }
    return Int32(id)
  }

  private static func malformed(_ file: String, _ cause: String) -> CheckpointError {
    CheckpointError(
      .malformed, file: file, cause: cause, fix: "convert the model again with a current converter")
  }
}
