import Checkpoints
import Glibc
import Tokenizers

extension Tokenizer {
  /// The tokenizer of a Hugging Face folder: `tokenizer.json`, with the roles of special tokens
  /// from `tokenizer_config.json` where it is there, else from `config.json`.
  package init(huggingFaceFolder folder: String) throws(CheckpointError) {
    let file = TokenizerJSON(
      file: folder + "/tokenizer.json", root: try JSONValue(file: folder + "/tokenizer.json"))
    let preTokenizer = try file.preTokenizer()
    let addedTokens = try file.addedTokens()
    let model = try file.byteLevelModel(addedTokens)
    var special = SpecialTokens()
    for token in addedTokens {
      if token.isSpecial {
        special.control[token.text] = token.id
      } else {
        special.userDefined[token.text] = token.id
      }
    }
    try special.setRoles(folder: folder, size: model.vocabulary.count)
    special.addsBeginOfSequence =
      special.beginOfSequence != nil && (special.addsBeginOfSequence || file.templateBegins)
    self.init(
      vocabulary: model.vocabulary, merges: model.merges, specialTokens: special,
      preTokenizer: preTokenizer, takesWholeWords: file.model["ignore_merges"]?.bool ?? false,
      normalizes: try file.normalizes())
  }
}

extension SpecialTokens {
  /// Finds begin, end, unknown and padding by name, else by the numbers in the model's own
  /// configuration.
  fileprivate mutating func setRoles(folder: String, size: Int) throws(CheckpointError) {
    let names = try Self.optionalFile(folder + "/tokenizer_config.json")
    let numbers = try Self.optionalFile(folder + "/config.json")
    func id(_ role: String) -> Int32? {
      let value = names?[role + "_token"]
      if let name = value?.string ?? value?["content"]?.string {
        return control[name] ?? userDefined[name]
      }
      // Some models list several end tokens; the first is the tokenizer's.
      let number = numbers?[role + "_token_id"]
      guard let id = number?.int ?? number?.array?.first?.int, 0..<size ~= id else { return nil }
      return Int32(id)
    }
    beginOfSequence = id("bos")
    endOfSequence = id("eos")
    unknown = id("unk")
    padding = id("pad")
    addsBeginOfSequence = names?["add_bos_token"]?.bool ?? false
  }

  private static func optionalFile(_ path: String) throws(CheckpointError) -> JSONValue? {
    access(path, F_OK) == 0 ? try JSONValue(file: path) : nil
  }
}
