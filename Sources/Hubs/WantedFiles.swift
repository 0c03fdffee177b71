import Files

/// The files of a repository that a model is made of.
struct WantedFiles {
  /// Of what a folder has besides weights: what decides how it is read. Small; they come first.
  private static let descriptions: Set<String> = [
    "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json",
    "tokenizer.model", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
    "adapter_config.json",
  ]
  /// What stands for tokenizer.json where there is none.
  private static let olderTokenizer: Set<String> = ["vocab.json", "merges.txt"]
  private static let configuration = "config.json"
  /// Weights in one file or, by an index, in several; the first that is there is taken.
  private static let weightFiles = ["model.safetensors", "pytorch_model.bin"]
  private static let indexEnding = ".index.json"

  let small: [String]
  /// Of files named by an index, the index only.
  let weights: [String]
  /// Lists more files with weights.
  let index: String?
  /// The GGUF file that is loaded; nil for a folder.
  private let model: String?

  /// - Parameters:
  ///   - names: all files of the repository.
  ///   - place: whose they are, for errors.
  /// - Throws: if there is no model, or if it is not said which of several is meant.
  init(
    _ names: [String], of reference: HubReference, in place: String
  ) throws(FileError) {
    if reference.file == nil, reference.type == nil, names.contains(Self.configuration),
      let weights = Self.weightFiles.first(where: {
        names.contains($0) || names.contains($0 + Self.indexEnding)
      })
    {
      let isWhole = names.contains(weights)
      let isOlder = !names.contains("tokenizer.json")
      small = names.filter {
        Self.descriptions.contains($0) || $0.hasPrefix("additional_chat_templates/")
          || isOlder && Self.olderTokenizer.contains($0)
      }
      index = isWhole ? nil : weights + Self.indexEnding
      self.weights = isWhole ? [weights] : []
      model = nil
      return
    }
    let model = try Self.model(names, reference, place)
    small = []
    index = nil
    weights = Self.parts(of: model, among: names)
    self.model = model
  }

  /// What `load` opens.
  func path(in folder: String) -> String { model.map { folder + "/" + $0 } ?? folder }

  /// What a folder lacks; nil where its index cannot be read.
  func missing(in folder: String) -> [String]? {
    var wanted = small + weights
    if let index {
      guard let shards = try? Self.shards(of: folder + "/" + index) else { return nil }
      wanted += shards
    }
    if let model, let split = SplitFile(model) { wanted += split.all }
    return wanted.filter { !Paths.exists(folder + "/" + $0) }
  }

  /// The files that an index names, in its order.
  static func shards(of index: String) throws(FileError) -> [String] {
    var names: [String] = []
    for member in try JSONValue(file: index)["weight_map"]?.object?.members ?? [] {
      guard let name = member.value.string, SafePath.isSound(name), !name.contains("/") else {
        throw FileError(
          .malformed, file: index, cause: "the tensor \(member.key) is in no file of this folder",
          fix: "tell the model's author")
      }
      if names.last != name, !names.contains(name) { names.append(name) }
    }
    return names
  }

  // MARK: - GGUF

  /// GGUF files that are models: of one in several parts the first, and no projectors of pictures.
  static func models(among names: [String]) -> [String] {
    names.filter { name in
      name.hasSuffix(".gguf") && SplitFile(name).map { $0.part == 1 } != false
        && !Paths.name(of: name).lowercased().hasPrefix("mmproj")
    }.sorted()
  }

  private static func model(
    _ names: [String], _ reference: HubReference, _ place: String
  ) throws(FileError) -> String {
    let models = models(among: names)
    if let file = reference.file {
      if names.contains(file) { return file }
      throw FileError(
        .missing, file: place, cause: "it has no file \(file)",
        fix: models.isEmpty ? "it has no GGUF files at all" : "it has \(listed(models))")
    }
    let fitting = models.filter { name in reference.type.map { isOf($0, name) } ?? true }
    if fitting.count == 1 { return fitting[0] }
    if models.isEmpty {
      let isFolder = names.contains(configuration)
      throw FileError(
        .missing, file: place,
        cause: reference.type != nil && isFolder
          ? "it has no GGUF file at all"
          : "it has neither config.json with model.safetensors nor a GGUF file",
        fix: reference.type != nil && isFolder
          ? "load its folder: \(HubReference.prefix)\(reference.repository)"
          : "take a repository of the whole model, not of an adapter or of another format")
    }
    let what = reference.type.map { "of type \($0)" } ?? ""
    throw FileError(
      .missing, file: place,
      cause: fitting.isEmpty
        ? "it has no GGUF file \(what)"
        : "it has \(fitting.count) GGUF files\(what.isEmpty ? "" : " " + what), and which one is meant is not said",
      fix: "name one: \(choices(fitting.isEmpty ? models : fitting, reference))")
  }

  /// Whether a file's name ends in the type, or its folder is called so.
  private static func isOf(_ type: String, _ name: String) -> Bool {
    let type = type.lowercased()
    let stem = (SplitFile(name)?.stem ?? String(name.dropLast(5))).lowercased()
    let parts = stem.split(separator: "/")
    if parts.dropLast().contains(type[...]) || stem == type { return true }
    guard let last = parts.last, last.hasSuffix(type) else { return false }
    return last.dropLast(type.count).last.map { "-._".contains($0) } ?? true
  }

  private static func parts(of model: String, among names: [String]) -> [String] {
    guard let split = SplitFile(model) else { return [model] }
    return split.all.filter(names.contains)
  }

  private static func choices(_ names: [String], _ reference: HubReference) -> String {
    listed(names.map { "\(HubReference.prefix)\(reference.repository)/\($0)" })
  }

  private static let longestList = 12

  private static func listed(_ names: [String]) -> String {
    let more = names.count - longestList
    return names.prefix(longestList).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }
}

/// A name that ends in `-00001-of-00003.gguf`.
struct SplitFile {
  let stem: String
  let part: Int
  private let count: Int

  private static let ending = "-00001-of-00003.gguf"
  private static let largestCount = 999

  init?(_ name: String) {
    let end = name.suffix(Self.ending.count)
    let parts = end.dropLast(5).split(separator: "-", omittingEmptySubsequences: false)
    guard end.count == Self.ending.count, parts.count == 4, parts[0].isEmpty, parts[2] == "of",
      let part = Int(parts[1]), let count = Int(parts[3]), part >= 1, part <= count,
      count <= Self.largestCount
    else { return nil }
    stem = String(name.dropLast(Self.ending.count))
    (self.part, self.count) = (part, count)
  }

  /// The names of all parts.
  var all: [String] {
    func digits(_ number: Int) -> String { String(String(100_000 + number).dropFirst()) }
    return (1...count).map { "\(stem)-\(digits($0))-of-\(digits(count)).gguf" }
  }
}
