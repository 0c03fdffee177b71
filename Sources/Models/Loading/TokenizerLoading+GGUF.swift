import Checkpoints
import Files
import Tokenizers

extension Tokenizer {
  /// The tokenizer in the metadata of a GGUF file, as llama.cpp has it (src/llama-vocab.cpp). One of a
  /// kind that is not supported is refused by name.
  package static func reading(
    gguf metadata: GGUFMetadata, file: String
  ) throws(FileError) -> Tokenizer {
    let name = try metadata.text("tokenizer.ggml.model")
    guard let kind = GGUFTokenizer.Kind(rawValue: name) else {
      throw FileError(
        .unsupported, file: file,
        cause: "the tokenizer model \"\(name)\" is not supported (tokenizer.ggml.model)",
        fix: "use a model whose tokenizer is one of "
          + GGUFTokenizer.Kind.allCases.map(\.rawValue).joined(separator: ", "))
    }
    try KeyTable.ggufTokenizer.checkTokenizer(metadata, requiring: kind.requiredKeys)
    let reading = try GGUFTokenizer(metadata, kind)
    switch kind {
    case .gpt2: return try reading.byteLevel()
    case .llama: return try reading.sentencePiece()
    case .gemma4: return try reading.spaced()
    case .t5: return try reading.unigram()
    }
  }
}

/// The tokens of a GGUF file and what it says of them.
struct GGUFTokenizer {
  /// The values of `tokenizer.ggml.model` that are read.
  enum Kind: String, CaseIterable {
    /// Byte-level BPE.
    case gpt2
    /// SentencePiece's BPE, with scores.
    case llama
    /// BPE on characters, with merges.
    case gemma4
    /// SentencePiece's unigram model, with scores.
    case t5

    /// Keys in whose place llama.cpp would take a default, which fits few models.
    var requiredKeys: [(name: String, loss: String)] {
      let own: [(String, String)] =
        switch self {
        case .gpt2: [("pre", "how its text is split")]
        case .llama: [("scores", "which of its tokens come first")]
        case .gemma4: []
        // llama.cpp ends texts of this kind with a token unless the file says no.
        case .t5:
          [
            ("scores", "which of its tokens come first"),
            ("add_eos_token", "whether its texts end with a token"),
          ]
        }
      return own + [
        ("token_type", "which of its tokens are markers"),
        ("eos_token_id", "which token ends a text"),
      ]
    }
  }

  let metadata: GGUFMetadata
  let kind: Kind
  let tokens: ByteStrings
  let kinds: [Vocabulary.Kind]
  private let names: GGUFTokenNames.Known
  private let scores: GGUFNumbers?

  init(_ metadata: GGUFMetadata, _ kind: Kind) throws(FileError) {
    self.metadata = metadata
    self.kind = kind
    tokens = try metadata.strings("tokenizer.ggml.tokens")
    guard tokens.count <= Vocabulary.limit else {
      throw metadata.malformedTokenizer(
        "it has \(tokens.count) tokens, and a tokenizer may have \(Vocabulary.limit)")
    }
    scores = try Self.scores(metadata, count: tokens.count)
    _ = try Self.characterMapBytes(metadata)
    names = GGUFTokenNames.Known(tokens) { metadata["tokenizer.ggml.\($0)_token_id"] != nil }
    kinds = try Self.tokenKinds(tokens, names, metadata, hasBytes: kind != .gpt2)
  }

  /// llama.cpp wants a score for each token also where it has no use for them.
  private static func scores(
    _ metadata: GGUFMetadata, count: Int
  ) throws(FileError) -> GGUFNumbers? {
    let key = "tokenizer.ggml.scores"
    guard let value = metadata[key] else { return nil }
    guard case .numbers(let scores) = value, [.float32, .int32].contains(scores.type),
      scores.count >= count
    else {
      throw metadata.malformedTokenizer(
        "\(key) should be a list of one float32 or int32 for each of the \(count) tokens")
    }
    return scores
  }

  /// The scores as numbers, one a token.
  func finiteScores() throws(FileError) -> [Float] {
    let values = (scores?.doubles ?? []).prefix(tokens.count).map { Float($0) }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw metadata.malformedTokenizer(
        "the score of token \(place), \"\(text(place))\", is \(values[place]) "
          + "(tokenizer.ggml.scores)")
    }
    return values
  }

  /// What each token is for, by its name or as the file says.
  private static func tokenKinds(
    _ tokens: ByteStrings, _ names: GGUFTokenNames.Known, _ metadata: GGUFMetadata, hasBytes: Bool
  ) throws(FileError) -> [Vocabulary.Kind] {
    let numbers = try metadata.integersIfPresent("tokenizer.ggml.token_type") ?? []
    guard numbers.count == tokens.count else {
      throw metadata.malformedTokenizer(
        "there are \(tokens.count) tokens but \(numbers.count) types of them "
          + "(tokenizer.ggml.token_type)")
    }
    var kinds: [Vocabulary.Kind] = []
    kinds.reserveCapacity(tokens.count)
    for (token, number) in zip(tokens, numbers) {
      let name = String(decoding: token, as: UTF8.self)
      guard let kind = UInt8(exactly: number).flatMap(Vocabulary.Kind.init),
        hasBytes || kind != .byte
      else {
        throw metadata.malformedTokenizer(
          "tokenizer.ggml.token_type of token \(kinds.count), \"\(name)\", is \(number), which "
            + "is not known to a tokenizer of this kind")
      }
      kinds.append(names.kind(of: name) ?? kind)
    }
    return kinds
  }

  func text(_ position: Int) -> String { String(decoding: tokens[position], as: UTF8.self) }

  /// - Parameter addsBegin: whether texts begin with a token where the file does not say.
  func specialTokens(addsBegin: Bool) throws(FileError) -> SpecialTokens {
    var special = SpecialTokens()
    special.beginOfSequence = try token("bos")
    special.endOfSequence = try token("eos")
    special.unknown = try token("unknown")
    special.padding = try token("padding")
    for role in ["eos", "eot", "eom", "fim_pad", "fim_rep", "fim_sep"] {
      if let end = try token(role) { special.endsOfReply.insert(end) }
    }
    special.addsBeginOfSequence =
      try metadata.boolIfPresent("tokenizer.ggml.add_bos_token") ?? addsBegin
    guard special.beginOfSequence != nil || !special.addsBeginOfSequence else {
      throw metadata.malformedTokenizer(
        "texts begin with a token (tokenizer.ggml.add_bos_token), and "
          + "tokenizer.ggml.bos_token_id, which says with which, is missing")
    }
    for (position, kind) in kinds.enumerated() where kind != .normal && kind != .byte {
      let text = text(position)
      if names.ends.contains(text) { special.endsOfReply.insert(Int32(position)) }
      switch kind {
      case .control, .unknown: special.control[text] = Int32(position)
      case .userDefined: special.userDefined[text] = Int32(position)
      case .normal, .unused, .byte: break
      }
    }
    return special
  }

  /// The token with a role.
  private func token(_ role: String) throws(FileError) -> Int32? {
    let key = "tokenizer.ggml.\(role)_token_id"
    guard let id = try metadata.integerIfPresent(key) else { return nil }
    guard 0..<tokens.count ~= id else {
      throw metadata.malformedTokenizer("\(key) is \(id), beyond its \(tokens.count) tokens")
    }
    return Int32(id)
  }

  /// The tokens that are looked for in text, with the white space that llama.cpp gives to some models'.
  func addedTokens(_ special: SpecialTokens) throws(FileError) -> [AddedToken] {
    let name = try metadata.textIfPresent("general.name")?.lowercased() ?? ""
    let isPhi3 = name.contains("phi-3") || name.contains("phi3")
    let others: Set<String> = ["<unk>", "<s>", "<|endoftext|>"]
    let all = special.control.map { ($0, $1, true) } + special.userDefined.map { ($0, $1, false) }
    return all.sorted { $0.1 < $1.1 }.filter { !$0.0.isEmpty }.map { text, id, isSpecial in
      var token = AddedToken(text, id: id, isSpecial: isSpecial)
      token.takesSpaceAfter = isPhi3 && !others.contains(text)
      return token
    }
  }
}

extension GGUFMetadata {
  func malformedTokenizer(_ cause: String) -> FileError {
    FileError(
      .malformed, file: file, cause: cause, fix: "convert the model again with a current converter")
  }
}
