import Checkpoints
import Files
import Glibc
import Tokenizers

/// `tokenizer_config.json` and its kin: what they say beside `tokenizer.json`.
struct TokenizerSettings {
  let file: String
  let root: JSONObject
  /// `special_tokens_map.json`, which transformers reads where the settings list no tokens.
  private let map: JSONObject
  /// Added tokens with their ids in a file of their own, as old versions wrote them.
  private let ownTokens: (file: String, ids: JSONObject)?
  /// `config.json`.
  private let model: JSONValue?
  private let modelFile: String

  private static let keys = ValueTable(
    [
      .init("add_bos_token", .values([true, false, .null])),
      .init("add_eos_token", .values([true, false, .null])),
      .init("add_prefix_space", .values([true, false, .null])),
      .init("legacy", .values([true, false, .null])),
      .init("split_special_tokens", .values([false, .null])),
      .init("add_special_tokens", .values([])),
      .init("tokenizer_class", .any), .init("auto_map", .values([.null])),
      .init("added_tokens_decoder", .object),
      .init("fix_mistral_regex", .values([false, .null])),
    ], ignoresOthers: true)

  init(folder: String) throws(FileError) {
    file = folder + "/tokenizer_config.json"
    modelFile = folder + "/config.json"
    root = try Self.object(file) ?? JSONObject()
    let isComplete = root["added_tokens_decoder"] != nil
    map =
      try isComplete
      ? JSONObject() : Self.object(folder + "/special_tokens_map.json") ?? JSONObject()
    model = try Self.object(modelFile).map { .object($0) }
    try Self.keys.check(root, at: "", file: file)
    let addedFile = folder + "/added_tokens.json"
    ownTokens = isComplete ? nil : try Self.object(addedFile).map { (addedFile, $0) }
  }

  static func object(_ path: String) throws(FileError) -> JSONObject? {
    guard Paths.exists(path) else { return nil }
    if let object = try JSONValue(file: path).object { return object }
    throw FileError(
      .malformed, file: path, cause: "its JSON is no object",
      fix: "take the file from the model's own folder")
  }

  // MARK: Special tokens

  /// The name of a role such as `bos_token`, as transformers finds it; nil if there is none.
  private func name(of role: String) throws(FileError) -> String? {
    let value = map[role] ?? root[role] ?? .null
    switch value {
    case .null: return nil
    case .string(let name): return name
    case .object(let object):
      // The settings mark an object as a token; the map has nothing else.
      let isToken = map[role] != nil || object["__type"] == "AddedToken"
      if let name = object["content"]?.string, isToken { return name }
    default: break
    }
    throw refusal("\(role) is \(ValueTable.shown(value)), which is not supported")
  }

  /// The id of a role such as `bos`: by its name, else by the number in the model's configuration.
  func id(
    _ role: String, _ added: [AddedToken], size: Int
  ) throws(FileError) -> Int32? {
    if let name = try name(of: role + "_token") {
      guard let token = added.first(where: { $0.text.utf8.elementsEqual(name.utf8) }) else {
        throw refusal(
          "\(role)_token is \(ValueTable.shown(.string(name))), which is none of the added tokens of "
            + "tokenizer.json")
      }
      return token.id
    }
    // A tokenizer that names none has the model's own number; one that says null has none, but every
    // row that is trained on needs an end.
    let number = model?["\(role)_token_id"]
    let isOpen = root[role + "_token"] == nil && map[role + "_token"] == nil
    guard isOpen || role == "eos",
      let id = number?.int ?? number?.array?.first?.int, 0..<size ~= id
    else { return nil }
    return Int32(id)
  }

  /// A file of added tokens may repeat tokenizer.json, and say nothing else.
  private func checkOwnTokens(_ added: [AddedToken]) throws(FileError) {
    for member in ownTokens?.ids.members ?? [] {
      let isKnown = added.contains {
        $0.text.utf8.elementsEqual(member.key.utf8) && member.value == .int(Int($0.id))
      }
      guard !isKnown, let ownTokens else { continue }
      throw FileError(
        .unsupported, file: ownTokens.file,
        cause:
          "it adds \(JSONValue.string(member.key).excerpt) as \(member.value.excerpt), which tokenizer.json does not",
        fix:
          "save the tokenizer again with a current transformers, which puts them into tokenizer.json"
      )
    }
  }

  /// Refuses names that transformers would add to the vocabulary, and flags that disagree.
  func check(_ added: [AddedToken]) throws(FileError) {
    try checkOwnTokens(added)
    var names: [(key: String, value: JSONValue)] = []
    for object in [root, map] {
      for member in object.members {
        let isRole = member.key.hasSuffix("_token") && !member.key.hasPrefix("add_")
        if isRole, !member.value.isNull {
          names.append((member.key, member.value))
        }
        guard Self.tokenLists.contains(member.key), !member.value.isNull else { continue }
        let hasNames = member.key != "additional_special_tokens"
        let list =
          member.value.array ?? (hasNames ? member.value.object?.members.map(\.value) : nil)
        guard let list else {
          throw refusal(
            "\(member.key) is \(ValueTable.shown(member.value)), which is not supported")
        }
        names += list.map { (member.key, $0) }
      }
    }
    for (key, value) in names {
      guard let name = value.string ?? value["content"]?.string,
        let token = added.first(where: { $0.text.utf8.elementsEqual(name.utf8) })
      else {
        throw refusal(
          "\(key) has \(ValueTable.shown(value)), which is none of the added tokens of tokenizer.json"
        )
      }
      guard value.object.map({ Self.hasTraits(of: token, $0) }) ?? true else {
        throw refusal("\(key) disagrees with the added tokens of tokenizer.json")
      }
    }
    for member in root["added_tokens_decoder"]?.object?.members ?? [] {
      try check(member, added)
    }
  }

  private static let tokenLists: Set<String> = [
    "additional_special_tokens", "extra_special_tokens", "model_specific_special_tokens",
  ]

  private func check(
    _ member: JSONObject.Member, _ added: [AddedToken]
  ) throws(FileError) {
    let place = "added_tokens_decoder.\(member.key)"
    let token = added.first { String($0.id) == member.key }
    guard let token, let object = member.value.object,
      object["content"]?.string.map({ $0.utf8.elementsEqual(token.text.utf8) }) == true,
      (object["special"] ?? false) == .bool(token.isSpecial),
      Self.hasTraits(of: token, object)
    else { throw refusal("\(place) disagrees with the added tokens of tokenizer.json") }
  }

  /// Whether an object says of a token's neighbours what tokenizer.json says.
  private static func hasTraits(of token: AddedToken, _ object: JSONObject) -> Bool {
    [
      ("lstrip", token.takesSpaceBefore), ("rstrip", token.takesSpaceAfter),
      ("single_word", token.isWord),
    ].allSatisfy { key, flag in (object[key] ?? false) == .bool(flag) }
  }

  private func refusal(_ cause: String) -> FileError {
    FileError(
      .unsupported, file: file, cause: cause,
      fix: "take the tokenizer's files from the model's own folder")
  }

  // MARK: Begin and end

  /// An end token after every prompt is refused. `add_bos_token` changes nothing beside a tokenizer.json:
  /// transformers 5 goes by its post-processor.
  func refuseEndAfterPrompts() throws(FileError) {
    if root["add_eos_token"]?.bool == true {
      throw refusal("add_eos_token is true: an end token after every prompt is not supported")
    }
  }

  /// A file that is read as it is puts a space before texts, or does not, whatever the settings say.
  func checkPrefix(_ plan: TokenizerPlan) throws(FileError) {
    guard root["add_prefix_space"]?.bool == true, !plan.pipeline.prefixes(at: .start),
      !plan.pipeline.splits.contains(.prefixSpace)
    else { return }
    throw refusal("add_prefix_space is true, and tokenizer.json puts no space before texts")
  }

  // MARK: For the class

  /// The class that the files name, without "Fast"; nil if none does.
  func namedClass() throws(FileError) -> String? {
    let named = root["tokenizer_class"] ?? model?["tokenizer_class"] ?? .null
    if named.isNull { return nil }
    guard let name = named.string else {
      throw refusal("tokenizer_class is \(ValueTable.shown(named)), which is not supported")
    }
    return name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
  }

  var modelType: String? { model?["model_type"]?.string }

  /// A setting that a class reads; nil where it is not given.
  func flag(_ key: String) -> Bool? { root[key]?.bool }
}
