import Files
import Tokenizers

/// The tokenizer of a Hugging Face folder as its files and transformers 5 describe it, before it is made.
struct FolderTokenizer {
  let file: TokenizerJSON
  let settings: TokenizerSettings
  let plan: TokenizerPlan
  let addedTokens: [AddedToken]
  /// The texts of roles that the settings do not name.
  let defaults: [(role: String, text: String)]

  /// Reads `tokenizer.json`, or the older files that transformers makes one of, and what stands beside it.
  init(folder: String) throws(FileError) {
    let settings = try TokenizerSettings(folder: folder)
    let path = folder + "/tokenizer.json"
    guard !Paths.exists(path), let older = try OlderTokenizerFiles.read(in: folder, settings) else {
      try self.init(TokenizerJSON(file: path, root: try JSONValue(file: path)), settings)
      return
    }
    try older.file.checkKeys()
    try self.init(older.file, settings, classPlan: older.classPlan)
  }

  /// That of a `tokenizer.json` and the settings beside it.
  init(_ file: TokenizerJSON, _ settings: TokenizerSettings) throws(FileError) {
    try file.checkKeys()
    try self.init(file, settings, classPlan: try TokenizerClass.plan(settings, file))
  }

  private init(
    _ file: TokenizerJSON, _ settings: TokenizerSettings, classPlan: TokenizerPlan?
  ) throws(FileError) {
    let filePlan = try file.plan()
    if classPlan == nil { try settings.checkPrefix(filePlan) }
    if file.isUnigram, classPlan != nil {
      throw file.unsupported("a Unigram model whose tokenizer_class has a model of another kind")
    }
    plan = classPlan ?? filePlan
    defaults = plan.ofClass?.defaults ?? file.older?.defaults ?? []
    addedTokens = try settings.addedTokens(file, plan.ofClass, defaults)
    self.file = file
    self.settings = settings
  }
}
