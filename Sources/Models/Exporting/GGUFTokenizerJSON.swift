import Checkpoints
import Files
import Tokenizers

/// The tokenizer of a GGUF file as `tokenizer.json`.
struct GGUFTokenizerJSON {
  private let metadata: GGUFMetadata
  private let tokenizer: Tokenizer
  private let source: GGUFTokenizer
  /// By id, without unused ones at the end, which only fill the embedding.
  private let texts: [String]

  /// - Parameter metadata: of the file that `tokenizer` was read from.
  init(_ metadata: GGUFMetadata, of tokenizer: Tokenizer) throws(FileError) {
    self.metadata = metadata
    self.tokenizer = tokenizer
    let name = try metadata.text("tokenizer.ggml.model")
    guard let kind = GGUFTokenizer.Kind(rawValue: name) else {
      throw Self.unwritable(metadata, "is of the kind \"\(name)\"")
    }
    source = try GGUFTokenizer(metadata, kind)
    let count = (source.kinds.lastIndex { $0 != .unused } ?? -1) + 1
    var texts: [String] = []
    for token in source.tokens.prefix(count) {
      guard let text = String(validating: token, as: UTF8.self) else {
        throw Self.unwritable(metadata, "has a token (\(texts.count)) that is no UTF-8")
      }
      texts.append(text.isEmpty ? "[EMPTY_\(texts.count)]" : text)
    }
    guard Set(texts.map { Array($0.utf8) }).count == texts.count else {
      throw Self.unwritable(metadata, "has two tokens of one text")
    }
    self.texts = texts
  }

  func unwritable(_ what: String) -> FileError { Self.unwritable(metadata, what) }

  private static func unwritable(_ metadata: GGUFMetadata, _ what: String) -> FileError {
    FileError(
      .unsupported, file: metadata.file,
      cause: "its tokenizer cannot be said as tokenizer.json, for it \(what)",
      fix: "write a .gguf file, which keeps its tokenizer")
  }

  /// Whether the file gives the tokens of the tokenizer, on texts of many kinds.
  ///
  /// - Parameters:
  ///   - root: the file.
  ///   - settings: `tokenizer_config.json`.
  ///   - config: `config.json`.
  ///   - folder: where all three go, for messages.
  func agrees(
    with root: JSONObject, _ settings: JSONObject, _ config: JSONObject, in folder: String
  ) throws(FileError) -> Bool {
    let read = try FolderTokenizer(
      TokenizerJSON(file: folder + "/tokenizer.json", root: .object(root)),
      TokenizerSettings(root: settings, model: config, folder: folder))
    let other = try Tokenizer(read) { _ in [] }
    return TokenizerProbe.texts.allSatisfy { text in
      [false, true].allSatisfy {
        other.encode(text, parseSpecial: $0) == tokenizer.encode(text, parseSpecial: $0)
      }
    }
  }

  /// The whole file. A kind of tokenizer that it is not written for is refused by name.
  func root() throws(FileError) -> JSONObject {
    var root: JSONObject = [
      "version": "1.0", "truncation": nil, "padding": nil,
      "added_tokens": .array(tokenizer.addedTokens.sorted { $0.id < $1.id }.map(Self.added)),
    ]
    let parts: JSONObject
    switch source.kind {
    case .gpt2: parts = try byteLevel()
    case .llama: parts = try sentencePiece()
    case .gemma4, .t5: throw unwritable("is of the kind \"\(source.kind.rawValue)\"")
    }
    for member in parts.members { root[member.key] = member.value }
    root["post_processor"] = opening
    return root
  }

  private static func added(_ token: AddedToken) -> JSONValue {
    [
      "id": .int(Int(token.id)), "content": .string(token.text),
      "single_word": .bool(token.isWord), "lstrip": .bool(token.takesSpaceBefore),
      "rstrip": .bool(token.takesSpaceAfter), "normalized": .bool(token.isNormalized),
      "special": .bool(token.isSpecial),
    ]
  }

  /// The step that puts the begin token before texts; null where none stands there.
  private var opening: JSONValue {
    guard let id = tokenizer.specialTokens.opening else { return .null }
    let name = JSONValue.string(tokenizer.name(of: id))
    func token(_ type: Int) -> JSONValue {
      ["SpecialToken": ["id": name, "type_id": .int(type)]]
    }
    func text(_ id: String, _ type: Int) -> JSONValue {
      ["Sequence": ["id": .string(id), "type_id": .int(type)]]
    }
    let described: JSONObject = [
      tokenizer.name(of: id): ["id": name, "ids": [.int(Int(id))], "tokens": [name]]
    ]
    return [
      "type": "TemplateProcessing", "single": [token(0), text("A", 0)],
      "pair": [token(0), text("A", 0), token(1), text("B", 1)],
      "special_tokens": .object(described),
    ]
  }

  // MARK: - Kinds

  private var vocabulary: JSONValue {
    .object(
      JSONObject(
        checked: texts.enumerated().map { JSONObject.Member(key: $1, value: .int($0)) }))
  }

  private func byteLevel() throws(FileError) -> JSONObject {
    let name = try metadata.text("tokenizer.ggml.pre")
    guard let family = GGUFSplitting.family(named: name) else {
      throw unwritable("cuts text by the rule \"\(name)\"")
    }
    var merges: [JSONValue] = []
    for merge in try metadata.strings("tokenizer.ggml.merges") {
      guard merge.count(where: { $0 == UInt8(ascii: " ") }) == 1 else {
        throw unwritable("has merges of tokens with spaces")
      }
      merges.append(.string(String(decoding: merge, as: UTF8.self)))
    }
    return [
      "normalizer": nil, "pre_tokenizer": family.preTokenizer,
      "decoder": [
        "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
      ],
      "model": [
        "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil,
        "end_of_word_suffix": nil, "fuse_unk": false, "byte_fallback": false,
        "ignore_merges": .bool(family.takesWholeWords), "vocab": vocabulary,
        "merges": .array(merges),
      ],
    ]
  }

  /// Merges in the order of scores, as LlamaTokenizer's files have them.
  private func sentencePiece() throws(FileError) -> JSONObject {
    let scores = try source.finiteScores()
    let order = texts.indices.filter { source.kinds[$0] == .normal }
      .sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let prefixes = tokenizer.pipeline.prefixes(at: .start)
    let space: JSONValue = .string(String(decoding: Metaspace.standard, as: UTF8.self))
    let toSpace: JSONValue = ["type": "Replace", "pattern": ["String": space], "content": " "]
    let fromSpace: JSONValue = ["type": "Replace", "pattern": ["String": " "], "content": space]
    let prefix: [JSONValue] = prefixes ? [["type": "Prepend", "prepend": space]] : []
    let strip: [JSONValue] =
      prefixes ? [["type": "Strip", "content": " ", "start": 1, "stop": 0]] : []
    let unknown = tokenizer.specialTokens.unknown.map { tokenizer.name(of: $0) }
    return [
      "normalizer": ["type": "Sequence", "normalizers": .array(prefix + [fromSpace])],
      "pre_tokenizer": nil,
      "decoder": [
        "type": "Sequence",
        "decoders": .array([toSpace, ["type": "ByteFallback"], ["type": "Fuse"]] + strip),
      ],
      "model": [
        "type": "BPE", "dropout": nil, "unk_token": unknown.map { .string($0) } ?? .null,
        "continuing_subword_prefix": nil, "end_of_word_suffix": nil, "fuse_unk": true,
        "byte_fallback": .bool(tokenizer.vocabulary.namesAllBytes), "ignore_merges": false,
        "vocab": vocabulary,
        "merges": .array(
          OlderTokenizerFiles.merges(to: order, of: texts, tokenizer.vocabulary)),
      ],
    ]
  }

  // MARK: - Notes

  /// What reads otherwise than in the GGUF file, as clauses.
  var notes: [String] {
    guard source.kind == .gpt2 else { return [] }
    let missing = (0...UInt8.max).filter { byte in
      // those that UTF-8 has
      ![0xC0, 0xC1].contains(byte) && byte < 0xF5 && tokenizer.vocabulary.id(of: [byte]) == nil
    }
    if missing.isEmpty { return [] }
    let names = missing.map { "0x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [
      "no token has the bytes \(names.joined(separator: ", ")): what stands on both sides of one may "
        + "be one token by the folder's tokenizer, and not by the GGUF file's"
    ]
  }
}
