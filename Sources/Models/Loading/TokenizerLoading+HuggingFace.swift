import Files
import Tokenizers

extension Tokenizer {
  /// The files of a Hugging Face folder that its tokenizer is read from, and those in place of the first.
  package static let fileNames = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
  ]
  package static let olderFileNames = ["vocab.json", "merges.txt", "tokenizer.model"]

  /// The tokenizer of a Hugging Face folder: `tokenizer.json` or older files, with the roles of special
  /// tokens from `tokenizer_config.json`, and what both say to what transformers 5 makes of them.
  package convenience init(huggingFaceFolder folder: String) throws(FileError) {
    try self.init(FolderTokenizer(folder: folder)) { size throws(FileError) in
      try EndTokens.ids(folder: folder, size: size)
    }
  }

  /// - Parameter endsOfReply: gives the tokens that end a reply, of so many.
  convenience init(
    _ read: FolderTokenizer, endsOfReply: (Int) throws(FileError) -> Set<Int32>
  ) throws(FileError) {
    let (file, settings, plan) = (read.file, read.settings, read.plan)
    let (vocabulary, model) = try file.model(read.addedTokens, plan)
    var special = SpecialTokens()
    for token in read.addedTokens {
      if token.isSpecial {
        special.control[token.text] = token.id
      } else {
        special.userDefined[token.text] = token.id
      }
    }
    let size = vocabulary.count
    func id(_ role: String) throws(FileError) -> Int32? {
      try settings.id(role, read.addedTokens, read.defaults, size: size)
    }
    special.beginOfSequence = try id("bos")
    special.endOfSequence = try id("eos")
    special.padding = try id("pad")
    special.endsOfReply = try endsOfReply(size)
    if let end = special.endOfSequence { special.endsOfReply.insert(end) }
    try special.takeOpening(of: read)
    self.init(
      vocabulary: vocabulary, model: model, specialTokens: special, addedTokens: read.addedTokens,
      pipeline: file.isUnigram ? plan.pipeline : plan.cut(for: vocabulary), decoding: plan.decoding,
      rules: .tokenizers)
  }
}

extension SpecialTokens {
  /// What stands before every text. A post-processor that puts another token there than the begin
  /// token is refused, as is a begin token that no name tells.
  fileprivate mutating func takeOpening(of read: FolderTokenizer) throws(FileError) {
    if read.file.older != nil {
      let writesBegin = try read.settings.writesBegin(else: read.plan.ofClass?.writesBegin ?? false)
      addsBeginOfSequence = writesBegin && beginOfSequence != nil
      return
    }
    // Beside a tokenizer.json, transformers 5 goes by its post-processor, whatever the settings say.
    let opening = read.plan.writesOpening ? try read.file.openingToken() : nil
    addsBeginOfSequence = opening != nil
    guard addsBeginOfSequence else { return }
    if beginOfSequence == nil, let opening { beginOfSequence = control[opening] }
    guard let beginOfSequence else {
      throw FileError(
        .absent, file: read.settings.file,
        cause: "texts begin with a begin token, and bos_token is missing",
        fix: "take the file from the model's own folder")
    }
    if let opening, control[opening] != beginOfSequence {
      throw read.file.unsupported("post_processor puts \"\(opening)\" before texts, not bos_token")
    }
  }
}
