import Files
import Tokenizers

extension Tokenizer {
  /// The tokenizer of a Hugging Face folder: `tokenizer.json`, with the roles of special tokens from
  /// `tokenizer_config.json`, and what both say to what transformers 5 makes of them.
  package init(huggingFaceFolder folder: String) throws(FileError) {
    let path = folder + "/tokenizer.json"
    try Self.requireFile(path, in: folder)
    let file = TokenizerJSON(file: path, root: try JSONValue(file: path))
    try file.checkKeys()
    let settings = try TokenizerSettings(folder: folder)
    let addedTokens = try file.addedTokens()
    try settings.check(addedTokens)
    let filePlan = try file.plan()
    let classPlan = try TokenizerClass.plan(settings, file)
    let plan = classPlan ?? filePlan
    if classPlan == nil { try settings.checkPrefix(filePlan) }
    if file.isUnigram, classPlan != nil {
      throw file.unsupported("a Unigram model whose tokenizer_class has a model of another kind")
    }
    let (vocabulary, model) = try file.model(addedTokens, plan)
    var special = SpecialTokens()
    for token in addedTokens {
      if token.isSpecial {
        special.control[token.text] = token.id
      } else {
        special.userDefined[token.text] = token.id
      }
    }
    let size = vocabulary.count
    special.beginOfSequence = try settings.id("bos", addedTokens, size: size)
    special.endOfSequence = try settings.id("eos", addedTokens, size: size)
    special.padding = try settings.id("pad", addedTokens, size: size)
    special.endsOfReply = try EndTokens.ids(folder: folder, size: size)
    if let end = special.endOfSequence { special.endsOfReply.insert(end) }
    try special.takeOpening(of: file, settings, plan)
    self.init(
      vocabulary: vocabulary, model: model, specialTokens: special, addedTokens: addedTokens,
      pipeline: file.isUnigram ? plan.pipeline : plan.cut(for: vocabulary), decoding: plan.decoding,
      rules: .tokenizers)
  }

  /// The files of older tokenizers, of which transformers makes a tokenizer.json.
  private static func requireFile(_ path: String, in folder: String) throws(FileError) {
    let older = ["tokenizer.model", "spiece.model", "vocab.json", "vocab.txt"]
    guard !Paths.exists(path), let found = older.first(where: { Paths.exists(folder + "/" + $0) })
    else { return }
    throw FileError(
      .missing, file: path, cause: "there is no such file, only \(found), which is not read",
      fix:
        "make it with transformers: AutoTokenizer.from_pretrained(\"\(folder)\").save_pretrained(\"\(folder)\")"
    )
  }
}

extension SpecialTokens {
  /// What stands before every text. A post-processor that puts another token there than the begin
  /// token is refused, as is a begin token that no name tells.
  fileprivate mutating func takeOpening(
    of file: TokenizerJSON, _ settings: TokenizerSettings, _ plan: TokenizerPlan
  ) throws(FileError) {
    let opening = plan.writesOpening ? try file.openingToken() : nil
    try settings.refuseEndAfterPrompts()
    addsBeginOfSequence = opening != nil
    guard addsBeginOfSequence else { return }
    if beginOfSequence == nil, let opening { beginOfSequence = control[opening] }
    guard let beginOfSequence else {
      throw FileError(
        .absent, file: settings.file,
        cause: "texts begin with a begin token, and bos_token is missing",
        fix: "take the file from the model's own folder")
    }
    if let opening, control[opening] != beginOfSequence {
      throw file.unsupported("post_processor puts \"\(opening)\" before texts, not bos_token")
    }
  }
}
