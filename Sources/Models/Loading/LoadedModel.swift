import Checkpoints
import Tensors
import Tokenizers

/// A model ready for use: decoder, tokenizer and the conversation format that it was tuned with.
package struct LoadedModel: Sendable {
  package var decoder: DecoderModel
  package let tokenizer: Tokenizer
  /// The model's own format; nil where it has none.
  package let chatTemplate: ChatTemplate?
  /// The name in the file's metadata, or the file's own.
  package let name: String
  /// `gguf` or `safetensors`.
  package let format: String
  /// The file or folder that was read.
  package let path: String

  /// Opens a `.gguf` file, or a Hugging Face folder with `config.json`.
  package init(path: String) throws(CheckpointError) {
    self = try path.hasSuffix(".gguf") ? .gguf(path) : .huggingFace(path)
  }

  init(
    decoder: DecoderModel, tokenizer: Tokenizer, chatTemplate: ChatTemplate?, name: String,
    format: String, path: String
  ) {
    self.decoder = decoder
    self.tokenizer = tokenizer
    self.chatTemplate = chatTemplate
    self.name = name
    self.format = format
    self.path = path
  }

  /// Tokens that end a reply: the end-of-sequence token and the template's own.
  package var stopTokens: Set<Int32> {
    var result = Set([tokenizer.specialTokens.endOfSequence].compactMap { $0 })
    for text in chatTemplate?.stopTokens ?? [] {
      if let token = tokenizer.specialTokens.control[text] { result.insert(token) }
    }
    return result
  }
}

/// The files' last path component without its suffix.
func baseName(_ path: String) -> String {
  let last = path.split(separator: "/").last.map(String.init) ?? path
  return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
}
