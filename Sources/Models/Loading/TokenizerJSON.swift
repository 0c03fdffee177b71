import Files
import Tokenizers

/// Hugging Face's `tokenizer.json`. What would change a token and is not supported is refused by name,
/// never passed over.
struct TokenizerJSON {
  let file: String
  let root: JSONValue
  /// What older files say that it stands for; nil where it is a tokenizer.json.
  var older: OlderTokenizer?

  var model: JSONValue { root["model"] ?? .null }

  /// The text of the special token that the post-processor puts before every text, if it does.
  func openingToken() throws(FileError) -> String? {
    let processors = parts(of: root["post_processor"] ?? .null, "processors")
    let templates = processors.filter { $0["type"] == "TemplateProcessing" }
    guard let template = templates.first else { return nil }
    let single = template["single"]?.array ?? []
    let tokens = single.compactMap { $0["SpecialToken"]?["id"]?.string }
    let isText = single.last?["Sequence"]?["id"] == "A"
    if single.first?["Sequence"] != nil, single.contains(where: { $0["SpecialToken"] != nil }) {
      throw unsupported("post_processor writes an end token behind every text")
    }
    guard templates.count == 1, isText, single.count == tokens.count + 1, tokens.count <= 1 else {
      throw unsupported("post_processor writes more than one begin token and the text")
    }
    guard let token = tokens.first else { return nil }
    // The ids that it writes stand beside the names.
    let ids = template["special_tokens"]?[token]?["ids"]?.array ?? []
    let id = root["added_tokens"]?.array?.first { $0["content"] == .string(token) }?["id"]
    guard let id, ids == [id] else {
      throw unsupported("post_processor gives \"\(token)\" another id than added_tokens")
    }
    return token
  }

  /// The tokens that the file adds.
  func additions() throws(FileError) -> [TokenAddition] {
    var texts: Set<[UInt8]> = []
    var result: [TokenAddition] = []
    for entry in root["added_tokens"]?.array ?? [] {
      guard let text = entry["content"]?.string, let id = entry["id"]?.int, !text.isEmpty,
        0..<Vocabulary.limit ~= id
      else { throw malformed("an entry of added_tokens has no content or no sound id") }
      guard texts.insert(Array(text.utf8)).inserted else {
        throw malformed("the added token \"\(text)\" occurs twice")
      }
      var token = AddedToken(text, id: 0, isSpecial: entry["special"]?.bool ?? false)
      token.isNormalized = entry["normalized"]?.bool ?? false
      token.takesSpaceBefore = entry["lstrip"]?.bool ?? false
      token.takesSpaceAfter = entry["rstrip"]?.bool ?? false
      token.isWord = entry["single_word"]?.bool ?? false
      result.append(TokenAddition(token: token, id: id, place: "an added token", file: file))
    }
    return result
  }

  /// The model and its vocabulary, as a plan uses them.
  func model(
    _ added: [AddedToken], _ plan: TokenizerPlan
  ) throws(FileError) -> (vocabulary: Vocabulary, model: TokenModel) {
    if isUnigram {
      guard !plan.isByteLevel else { throw unsupported("a Unigram model on bytes as characters") }
      return try unigram(added)
    }
    let pairs = try bytePairModel(added, isByteLevel: plan.isByteLevel)
    let encoder = BytePairEncoder(
      vocabulary: pairs.vocabulary, order: .table(pairs.merges), units: plan.units)
    return (pairs.vocabulary, .bytePair(encoder))
  }

  /// The tokens and merges of a BPE model.
  func bytePairModel(
    _ added: [AddedToken], isByteLevel: Bool
  ) throws(FileError) -> BytePairModel {
    var model = BytePairModel(isByteLevel: isByteLevel)
    let tokens = try tokens(added)
    model.reserveCapacity(tokens: tokens.count, bytes: tokens.count * 8)
    for token in tokens {
      model.appendToken(
        Array(token.text.utf8)[...], kind: token.kind, isFound: token.isOfModel)
    }
    let merges = self.model["merges"]?.array ?? []
    model.beginMerges(count: merges.count)
    do throws(TokenizerError) {
      let first = merges.first?.string != nil
      for merge in merges {
        guard (merge.string != nil) == first else {
          throw TokenizerError("model.merges has two kinds of entries")
        }
        try Self.append(merge, to: &model)
      }
    } catch {
      throw malformed(error.cause)
    }
    return model
  }

  /// The steps of a pipeline, which stands as one step or as a sequence of them.
  func parts(of value: JSONValue, _ key: String) -> [JSONValue] {
    if value.isNull { return [] }
    guard value["type"]?.string == "Sequence" else { return [value] }
    return value[key]?.array ?? []
  }

  func unsupported(_ what: String) -> FileError {
    FileError(
      .unsupported, file: file, cause: "\(what), which is not supported",
      fix: "use a model with a tokenizer such as those of Llama, Mistral, Gemma, Qwen or SmolLM2")
  }

  func malformed(_ cause: String) -> FileError {
    FileError(
      .malformed, file: file, cause: cause, fix: "take tokenizer.json from the model's own folder")
  }
}

extension TokenizerJSON {
  /// A token of the file, or one that is added to it.
  struct Token {
    var text = ""
    var kind = Vocabulary.Kind.unused
    /// Whether the model has it, so that merges may lead to it.
    var isOfModel = false
  }

  /// The tokens by id; numbers that none has are unused.
  func tokens(_ added: [AddedToken]) throws(FileError) -> [Token] {
    let members = vocabularyMembers
    guard !members.isEmpty else { throw malformed("model.vocab has no tokens") }
    var tokens: [Token] = []
    tokens.reserveCapacity(members.count)
    func set(_ id: Int, _ token: Token) {
      while tokens.count <= id { tokens.append(Token()) }
      tokens[id] = token
    }
    for member in members {
      guard case .int(let id) = member.id, 0..<Vocabulary.limit ~= id else {
        throw malformed("the token \"\(member.text)\" has no sound id")
      }
      guard id >= tokens.count || tokens[id].kind == .unused else {
        throw malformed("the tokens \"\(tokens[id].text)\" and \"\(member.text)\" share id \(id)")
      }
      set(id, Token(text: member.text, kind: .normal, isOfModel: true))
    }
    for token in added {
      let id = Int(token.id)
      set(
        id,
        Token(
          text: token.text, kind: token.isSpecial ? .control : .userDefined,
          isOfModel: tokens.indices.contains(id) && tokens[id].isOfModel))
    }
    return tokens
  }

  /// A merge is two strings, or in older files one with a space between.
  private static func append(
    _ merge: JSONValue, to model: inout BytePairModel
  ) throws(TokenizerError) {
    if let text = merge.string { return try model.appendMerge(Array(text.utf8)[...]) }
    guard let pair = merge.array, pair.count == 2, let left = pair[0].string,
      let right = pair[1].string
    else { throw TokenizerError("an entry of model.merges is not two tokens") }
    try model.appendMerge(Array(left.utf8)[...], Array(right.utf8)[...])
  }
}
