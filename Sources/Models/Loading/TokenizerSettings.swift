import Checkpoints
import Files
import Glibc
import Tokenizers

/// `tokenizer_config.json` and its kin: what they say beside `tokenizer.json`.
struct TokenizerSettings {
  let file: String
  let root: JSONObject
  /// `special_tokens_map.json`, which transformers reads where the settings list no tokens.
  let map: JSONObject
  /// Added tokens with their ids in a file of their own, as old versions wrote them.
  let ownTokens: (file: String, ids: JSONObject)?
  /// `config.json`.
  let model: JSONValue?
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

  /// Those of a folder that is still to be written, whose tokenizer.json lists all tokens.
  init(root: JSONObject, model: JSONObject, folder: String) throws(FileError) {
    file = folder + "/tokenizer_config.json"
    modelFile = folder + "/config.json"
    self.root = root
    self.model = .object(model)
    (map, ownTokens) = (JSONObject(), nil)
    try Self.keys.check(root, at: "", file: file)
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

  /// The id of a role such as `bos`: by its name, else by the name that stands in `defaults`, else by the
  /// number in the model's configuration.
  func id(
    _ role: String, _ added: [AddedToken], _ defaults: [(role: String, text: String)], size: Int
  ) throws(FileError) -> Int32? {
    func id(of name: String) -> Int32? { added.first { $0.text.utf8.elementsEqual(name.utf8) }?.id }
    let key = role + "_token"
    let isOpen = root[key] == nil && map[key] == nil
    if let name = try name(of: key), !name.isEmpty { return id(of: name) }
    let standard = defaults.first { $0.role == key }?.text
    if isOpen, let found = standard.flatMap(id) { return found }
    // A tokenizer that names none has the model's own number; one that says null has none, but every
    // row that is trained on needs an end.
    let number = model?["\(role)_token_id"]
    guard isOpen || role == "eos",
      let id = number?.int ?? number?.array?.first?.int, 0..<size ~= id
    else { return nil }
    return Int32(id)
  }

  func refusal(_ cause: String) -> FileError {
    FileError(
      .unsupported, file: file, cause: cause,
      fix: "take the tokenizer's files from the model's own folder")
  }

  // MARK: Begin and end

  /// The older files of a tokenizer say only here what stands before and after texts. An end token after
  /// every text is refused.
  ///
  /// - Parameter standard: whether a begin token is written where they do not say.
  func writesBegin(else standard: Bool) throws(FileError) -> Bool {
    if root["add_eos_token"]?.bool == true {
      throw refusal("add_eos_token is true: an end token after every text is not supported")
    }
    return root["add_bos_token"]?.bool ?? standard
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
