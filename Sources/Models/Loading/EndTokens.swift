import Files
import Tokenizers

/// The tokens that end a reply, wherever a model's files name them.
enum EndTokens {
  /// From `config.json` and `generation_config.json` of a folder: a number or a list of them.
  ///
  /// - Parameter size: the number of tokens; an id beyond it is refused.
  static func ids(folder: String, size: Int) throws(FileError) -> Set<Int32> {
    var ids: Set<Int32> = []
    for name in ["config.json", "generation_config.json"] {
      let file = folder + "/" + name
      let value = try TokenizerSettings.object(file)?["eos_token_id"] ?? .null
      if value.isNull { continue }
      for entry in value.array ?? [value] {
        guard case .int(let id) = entry, 0..<size ~= id else {
          throw FileError(
            .malformed, file: file,
            cause:
              "eos_token_id is \(ValueTable.shown(value)), and the tokenizer has \(size) tokens",
            fix: "take the file from the model's own folder")
        }
        ids.insert(Int32(id))
      }
    }
    return ids
  }
}
