import Checkpoints
import Files
import Tokenizers

/// The tokenizer of a Hugging Face folder as GGUF's keys: tokens, their types, merges or scores, roles and the
/// chat template. What llama.cpp would make of them is compared with the tokenizer itself on texts of many
/// kinds; where no rule of llama.cpp's gives its tokens, it is refused.
struct GGUFTokenizerMetadata {
  private let model: LoadedModel
  private let source: TokenizerJSON
  private let plan: TokenizerPlan
  /// One for each row of the embedding.
  private let tokens: [TokenizerJSON.Token]

  /// - Parameter rows: those of the embedding, each of which must have a token.
  /// - Returns: what llama.cpp does otherwise.
  static func add(
    to metadata: inout GGUFMetadata, of model: LoadedModel, rows: Int
  ) throws(FileError) -> [String] {
    let writing = try GGUFTokenizerMetadata(of: model, rows: rows)
    var base = metadata
    try writing.setRoles(in: &base)
    metadata = try writing.tokenized(base)
    return writing.notes
  }

  private init(of model: LoadedModel, rows: Int) throws(FileError) {
    self.model = model
    let read = try FolderTokenizer(folder: model.path)
    source = read.file
    plan = read.plan
    guard !source.isUnigram else {
      throw source.unwritable("a Unigram model, for which llama.cpp has no decoder model's rule")
    }
    var tokens = try source.tokens(read.addedTokens)
    for id in tokens.indices where tokens[id].kind == .unused { tokens[id].text = "[PAD\(id)]" }
    for id in tokens.count..<max(rows, tokens.count) {
      tokens.append(TokenizerJSON.Token(text: "[PAD\(id)]"))
    }
    self.tokens = tokens
  }

  /// What reads otherwise in llama.cpp whatever the file says.
  private var notes: [String] {
    let normalizers = plan.pipeline.normalizers
    let isComposed = normalizers.contains(.nfc)
    let template: String? =
      if case .unusable(let reason)? = try? ChatTemplateSource(folder: model.path) {
        "the file has no chat template: \(reason)"
      } else {
        nil
      }
    return [
      isComposed
        ? "llama.cpp does not compose characters (NFC) as this model's tokenizer does: text with "
          + "letters in parts has other tokens there" : nil, template,
    ].compactMap(\.self)
  }

  // MARK: - Tokens and rules

  private static let prefix = "tokenizer.ggml."

  private func tokenized(_ base: GGUFMetadata) throws(FileError) -> GGUFMetadata {
    var metadata = base
    var types: [Int32] = []
    for token in tokens { types.append(Int32(token.kind.rawValue)) }
    func set(_ key: String, _ value: GGUFValue) { _ = metadata.insert(Self.prefix + key, value) }
    set("tokens", .strings(ByteStrings(tokens.map(\.text))))
    guard plan.isByteLevel else {
      set("model", .string("llama"))
      set("token_type", .numbers(GGUFNumbers(int32: try spelledTypes(types))))
      set("scores", .numbers(GGUFNumbers(float32: try scores())))
      set("add_space_prefix", .bool(model.tokenizer.pipeline.prefixes(at: .start)))
      if let made = try? Tokenizer.reading(gguf: metadata, file: metadata.file), agrees(made) {
        return try withEnds(metadata, made)
      }
      throw source.unwritable("a tokenizer on characters to which llama.cpp gives other tokens")
    }
    set("model", .string("gpt2"))
    set("token_type", .numbers(GGUFNumbers(int32: types)))
    set("merges", .strings(ByteStrings(try source.mergeTexts())))
    for family in rules {
      var candidate = metadata
      _ = candidate.insert(Self.prefix + "pre", .string(family.names[0]))
      if let made = try? Tokenizer.reading(gguf: candidate, file: candidate.file), agrees(made) {
        return try withEnds(candidate, made)
      }
    }
    throw source.unwritable("a rule of cutting text into words that llama.cpp has no name for")
  }

  /// llama.cpp's rules, those that are written as this tokenizer's first.
  private var rules: [GGUFSplitting.Family] {
    let families = GGUFSplitting.families
    let same = families.map { family in (try? family.splits()) == plan.pipeline.splits }
    return zip(families, same).filter(\.1).map(\.0) + zip(families, same).filter { !$1 }.map(\.0)
  }

  private func agrees(_ made: Tokenizer) -> Bool {
    TokenizerProbe.texts.allSatisfy { text in
      [false, true].allSatisfy {
        made.encode(text, parseSpecial: $0) == model.tokenizer.encode(text, parseSpecial: $0)
      }
    }
  }

  /// Types with those of bytes and of the unknown token, which tokenizer.json only names.
  private func spelledTypes(_ types: [Int32]) throws(FileError) -> [Int32] {
    var types = types
    let unknown = source.model["unk_token"]?.string
    for (id, token) in tokens.enumerated() {
      if token.text.utf8.count == 6, token.text.hasPrefix("<0x"), token.kind == .normal {
        types[id] = Int32(Vocabulary.Kind.byte.rawValue)
      }
      if token.text == unknown { types[id] = Int32(Vocabulary.Kind.unknown.rawValue) }
    }
    return types
  }

  /// Scores that give the merges their order: the lower, the later a merge makes the token.
  private func scores() throws(FileError) -> [Float] {
    var ranks: [String: Int] = [:]
    for (rank, pair) in try source.mergePairs().enumerated() where ranks[pair.0 + pair.1] == nil {
      ranks[pair.0 + pair.1] = rank
    }
    let last = Float(ranks.count + 1)
    return tokens.map { ranks[$0.text].map { -Float($0 + 1) } ?? -last }
  }

  // MARK: - Roles

  private func setRoles(in metadata: inout GGUFMetadata) throws(FileError) {
    let special = model.tokenizer.specialTokens
    func set(_ key: String, _ value: GGUFValue) { _ = metadata.insert(key, value) }
    let roles = [
      ("bos", special.beginOfSequence), ("eos", special.endOfSequence),
      ("unknown", special.unknown), ("padding", special.padding),
    ]
    for (role, id) in roles {
      if let id { set("\(Self.prefix)\(role)_token_id", .uint32(UInt32(id))) }
    }
    set(Self.prefix + "add_bos_token", .bool(special.addsBeginOfSequence))
    if case .jinja(let text, let tools)? = try ChatTemplateSource(folder: model.path) {
      let key = "tokenizer.chat_template"
      set(key, .string(text))
      if let tools {
        set("tokenizer.chat_templates", .strings(ByteStrings([ChatTemplateSource.toolUse])))
        set("\(key).\(ChatTemplateSource.toolUse)", .string(tools))
      }
    }
  }

  /// Names the ends of replies that llama.cpp does not know by their names.
  private func withEnds(_ base: GGUFMetadata, _ made: Tokenizer) throws(FileError) -> GGUFMetadata {
    var metadata = base
    let missing = model.tokenizer.specialTokens.endsOfReply
      .subtracting(made.specialTokens.endsOfReply).sorted()
    let places = ["eot", "eom"]
    guard missing.count <= places.count else {
      let names = missing.map { model.tokenizer.name(of: $0) }.joined(separator: ", ")
      throw source.unwritable("tokens that end a reply (\(names)): GGUF has a place for two more")
    }
    for (place, id) in zip(places, missing) {
      _ = metadata.insert("\(Self.prefix)\(place)_token_id", .uint32(UInt32(id)))
    }
    return metadata
  }
}

extension TokenizerJSON {
  fileprivate func unwritable(_ what: String) -> FileError {
    FileError(
      .unsupported, file: file, cause: "it has \(what)",
      fix: "write the model as a folder, which keeps its tokenizer: as: safetensors")
  }

  /// The merges as GGUF has them: two tokens and a space between.
  fileprivate func mergeTexts() throws(FileError) -> [String] {
    try mergePairs().map { $0.0 + " " + $0.1 }
  }

  fileprivate func mergePairs() throws(FileError) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for merge in model["merges"]?.array ?? [] {
      if let pair = merge.array, pair.count == 2, let left = pair[0].string,
        let right = pair[1].string
      {
        pairs.append((left, right))
      } else if let text = merge.string, let space = text.firstIndex(of: " ") {
        pairs.append((String(text[..<space]), String(text[text.index(after: space)...])))
      } else {
        throw malformed("an entry of model.merges is not two tokens")
      }
    }
    return pairs
  }
}

/// Texts on which two tokenizers that differ are likely to differ: of letters in several scripts, numbers,
/// spaces and lines, signs, contractions, symbols of several bytes and code.
enum TokenizerProbe {
  static let texts = [
    "Hello world, it's 12345 o'clock and WE'LL see y'all!!! (#1) $3.50 = 50%",
    "\n \n\n \n\n\n \t \t\t \t\n  \n   \n    \n     \nlines  and   spaces    ",
    "ied 4 ½ months 3 33 333 3333 33333 333333 3333333 33333333 3.3 3..3 3...3 ⁵ ²³ ௧௨",
    "کان المطر ກຂ ប្រទេស 你好，世界。こんにちは 안녕하세요 Привет μετρο नमस्ते Ŝtelo naïve",
    "🚀 (normal) 😶‍🌫️ (many in one) ✅ 🦙🦙 [PAD50] <unk> ''''''```````\"\"\"\"......!!!!!!??????",
    "def f(x):\n\treturn x**2  # I've 'm 're 'LL\nclass A { int[] b = {1,2}; } // camelCase snake_case",
    "a.b@c.de https://x.y/z?q=1&r=2 C++ <p>x</p> \\n {{name}} ~~ -- __ == /* */ \r\n\r\n end",
  ]
}
