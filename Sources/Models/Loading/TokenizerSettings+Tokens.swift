import Files
import Tokenizers

/// What a tokenizer class of transformers does with the tokens that the settings name.
struct ClassTokens {
  /// The texts of roles that the settings do not name.
  var defaults: [(role: String, text: String)] = []
  /// Which named tokens it adds anew as plain markers, whatever white space they took before.
  var renewed = Renewed.none
  /// Whether older files, which may leave it open, have a begin token before every text.
  var writesBegin = false

  enum Renewed {
    case none, extras, all
  }
}

/// The tokens that transformers 5.24 adds to a tokenizer by the files beside its vocabulary
/// (tokenization_utils_base.py, tokenization_utils_tokenizers.py).
extension TokenizerSettings {
  private static let roles = ["bos", "eos", "unk", "sep", "pad", "cls", "mask"].map {
    $0 + "_token"
  }
  private static let lists = ["extra_special_tokens", "additional_special_tokens"]
  private static let named = "model_specific_special_tokens"

  /// A token with a role, or one of a list.
  private struct Named {
    let addition: TokenAddition
    let isExtra: Bool
    /// Whether it is named by its text only.
    let isPlain: Bool
  }

  /// The added tokens of `vocabulary`, with those that only these settings name.
  ///
  /// - Parameters:
  ///   - ofClass: what the class does; nil where the vocabulary's file is read as it is.
  ///   - defaults: the texts of roles that the settings do not name.
  func addedTokens(
    _ vocabulary: TokenizerJSON, _ ofClass: ClassTokens?, _ defaults: [(role: String, text: String)]
  ) throws(FileError) -> [AddedToken] {
    let ofFile = try vocabulary.additions()
    let named = try namedTokens(defaults)
    let roles = Set(named.filter { !$0.isExtra }.map { Array($0.addition.token.text.utf8) })
    var additions = ofClass == nil ? ofFile : []
    for var addition in try listedTokens(ofFile, named) {
      if roles.contains(Array(addition.token.text.utf8)) { addition.token.isSpecial = true }
      if vocabulary.older?.findsRaw == true { addition.token.isNormalized = false }
      additions.append(addition)
    }
    additions += named.map(\.addition)
    if !Self.lists.contains(where: { root[$0] != nil }) {
      additions += (vocabulary.older?.markers ?? []).map {
        TokenAddition(token: $0, givesWay: true, place: "a piece", file: vocabulary.file)
      }
    }
    for name in named {
      let isRenewed =
        switch ofClass?.renewed ?? .none {
        case .none: false
        case .extras: name.isExtra && name.isPlain
        case .all: true
        }
      guard isRenewed else { continue }
      let old = name.addition
      additions.append(
        TokenAddition(
          token: AddedToken(old.token.text, id: 0, isSpecial: true), isOptional: old.isOptional,
          place: old.place, file: old.file))
    }
    return try AddedTokenList(additions, to: vocabulary, rows: model?["vocab_size"]?.int).tokens
  }

  // MARK: By number

  /// Tokens that a file lists with their ids: `added_tokens_decoder`, or where there is none the file
  /// of added tokens that old versions wrote, and tokenizer.json's own.
  private func listedTokens(
    _ ofFile: [TokenAddition], _ named: [Named]
  ) throws(FileError) -> [TokenAddition] {
    guard let decoder = root["added_tokens_decoder"]?.object else {
      let texts = Set(named.map { Array($0.addition.token.text.utf8) })
      var byId: [Int: TokenAddition] = [:]
      for member in ownTokens?.ids.members ?? [] {
        let isSpecial = texts.contains(Array(member.key.utf8))
        var token = AddedToken(member.key, id: 0, isSpecial: isSpecial)
        token.isNormalized = !isSpecial
        let id = try number(member.value, "the id of \(ValueTable.shown(.string(member.key)))")
        byId[id] = TokenAddition(
          token: token, id: id, place: "an added token", file: ownTokens?.file ?? file)
      }
      for addition in ofFile { if let id = addition.id { byId[id] = addition } }
      return byId.sorted { $0.key < $1.key }.map(\.value)
    }
    var result: [TokenAddition] = []
    for member in decoder.members {
      let place = "added_tokens_decoder.\(member.key)"
      guard let id = Int(member.key), let object = member.value.object else {
        throw refusal("\(place) is \(ValueTable.shown(member.value)), which is not supported")
      }
      result.append(
        TokenAddition(token: try token(object, at: place), id: id, place: place, file: file))
    }
    return result.sorted { ($0.id ?? 0) < ($1.id ?? 0) }
  }

  private func number(_ value: JSONValue, _ what: String) throws(FileError) -> Int {
    if case .int(let id) = value, 0..<Vocabulary.limit ~= id { return id }
    throw FileError(
      .malformed, file: ownTokens?.file ?? file, cause: "\(what) is \(ValueTable.shown(value))",
      fix: "take the tokenizer's files from the model's own folder")
  }

  /// A token as an object of the settings describes it.
  ///
  /// - Parameter isMarker: whether it is one where the object does not say so.
  private func token(
    _ object: JSONObject, at place: String, isMarker: Bool = false
  ) throws(FileError) -> AddedToken {
    func flag(_ key: String, else standard: Bool) throws(FileError) -> Bool {
      switch object[key] ?? .bool(standard) {
      case .bool(let value): return value
      case let value:
        throw refusal("\(place).\(key) is \(ValueTable.shown(value)), which is not supported")
      }
    }
    guard let text = object["content"]?.string else {
      throw refusal("\(place) is \(ValueTable.shown(.object(object))), which is not supported")
    }
    var token = AddedToken(text, id: 0, isSpecial: try flag("special", else: isMarker))
    token.isNormalized = try flag("normalized", else: !token.isSpecial)
    token.takesSpaceBefore = try flag("lstrip", else: false)
    token.takesSpaceAfter = try flag("rstrip", else: false)
    token.isWord = try flag("single_word", else: false)
    return token
  }

  // MARK: By name

  /// The tokens that have roles, then those of lists.
  private func namedTokens(
    _ defaults: [(role: String, text: String)]
  ) throws(FileError) -> [Named] {
    var result: [Named] = []
    let others = (root.keys + map.keys + defaults.map(\.role)).filter {
      $0.hasSuffix("_token") && !$0.hasPrefix("add_") && !Self.roles.contains($0)
    }
    var seen: Set<String> = []
    for role in Self.roles + others where seen.insert(role).inserted {
      if let value = map[role] ?? root[role] {
        if !value.isNull { result.append(try named(value, role, isExtra: false)) }
      } else if let text = defaults.first(where: { $0.role == role })?.text {
        result.append(try named(.string(text), role, isExtra: false, isOptional: true))
      }
    }
    for object in [root, map] {
      let value = object[Self.named] ?? .null
      guard let members = value.isNull ? [] : value.object?.members else {
        throw refusal("\(Self.named) is \(ValueTable.shown(value)), which is not supported")
      }
      for member in members {
        result.append(try named(member.value, Self.named, isExtra: false))
      }
    }
    return try result + extraTokens()
  }

  private func extraTokens() throws(FileError) -> [Named] {
    var result: [Named] = []
    for object in [root, map] where result.isEmpty {
      for key in Self.lists where result.isEmpty {
        let value = object[key] ?? .null
        // Of tokens with names the first kind of list may be made.
        let byName = key == Self.lists[0] ? value.object?.members.map(\.value) : nil
        guard let values = value.isNull ? [] : value.array ?? byName else {
          throw refusal("\(key) is \(ValueTable.shown(value)), which is not supported")
        }
        for value in values { result.append(try named(value, key, isExtra: byName == nil)) }
      }
    }
    return result
  }

  private func named(
    _ value: JSONValue, _ key: String, isExtra: Bool, isOptional: Bool = false
  ) throws(FileError) -> Named {
    let isPlain = value.string != nil
    // The map and lists have objects of nothing else; the settings mark a token as one.
    let isToken = isExtra || map[key] != nil || value["__type"] == "AddedToken"
    var token: AddedToken
    if let text = value.string {
      token = AddedToken(text, id: 0, isSpecial: true)
    } else if let object = value.object, isToken {
      token = try self.token(object, at: key, isMarker: !isExtra && map[key] != nil)
      if !isExtra { token.isSpecial = true }
    } else {
      throw refusal("\(key) is \(ValueTable.shown(value)), which is not supported")
    }
    return Named(
      addition: TokenAddition(
        token: token, givesWay: true, isOptional: isOptional, place: key, file: file),
      isExtra: isExtra, isPlain: isPlain)
  }
}
