import Files
import Tensors
import Tokenizers

/// A model ready for use: decoder, tokenizer and how it wants its text.
package struct LoadedModel: Sendable {
  package var decoder: DecoderModel
  package let tokenizer: Tokenizer
  /// How the model wants its text, with its own conversation format where it has one.
  package let text: ModelText
  /// The name in the file's metadata, or the file's own.
  package let name: String
  /// `gguf` or `safetensors`.
  package let format: String
  /// The file or folder that was read.
  package let path: String
  /// What adapters of this model remember of it.
  package let identity: BaseIdentity
  /// The mapped files that hold the weights.
  private let mappings: [MappedFile]

  /// Opens a GGUF file, or a Hugging Face folder with `config.json`.
  package init(path: String) throws(FileError) {
    guard let model = try Self.opened(path, hasNumbers: true) else {
      preconditionFailure("\(path): nothing is to come, and something is missing")
    }
    self = model
  }

  /// Refuses, for all reasons that `init` would have but the numbers themselves, a model whose weight files
  /// have their headers and nothing yet behind them; of a folder they may be missing, as pickles have no header.
  package static func check(path: String) throws(FileError) {
    _ = try opened(path, hasNumbers: false)
  }

  private static func opened(_ path: String, hasNumbers: Bool) throws(FileError) -> LoadedModel? {
    try Paths.isFolder(path)
      ? huggingFace(path, hasNumbers: hasNumbers) : gguf(path, hasNumbers: hasNumbers)
  }

  init(
    decoder: DecoderModel, tokenizer: Tokenizer, chatTemplate: ChatTemplateSource?, name: String,
    format: String, path: String, reference: String? = nil, mappings: [MappedFile]
  ) {
    self.mappings = mappings
    self.decoder = decoder
    self.tokenizer = tokenizer
    self.name = name
    self.format = format
    self.path = path
    identity = BaseIdentity(
      name: name, reference: reference, revision: HubName.commit(of: path),
      tokenizerFolder: format == "gguf" ? nil : path,
      format: format, decoder: decoder, tokenizer: tokenizer, chatTemplate: chatTemplate,
      mappings: mappings)
    text = ModelText(tokenizer: tokenizer, template: chatTemplate)
  }

  /// Lets the system take the mapped weights' memory back, after they have been quantized anew.
  package func releasePages() {
    for mapping in mappings { mapping.releasePages() }
  }

  /// Tokens that end a reply: those that the model's files name and those of the template in use.
  package func stopTokens(of template: ChatTemplate?) -> Set<Int32> {
    var texts = template?.stops ?? []
    texts.append(text.tokens.end)
    let named = texts.compactMap { name in
      let tokens = tokenizer.encode(name, parseSpecial: true)
      return tokens.count == 1 ? tokens[0] : nil
    }
    return tokenizer.specialTokens.endsOfReply.union(named)
  }
}

/// The files' last path component without its suffix.
func baseName(_ path: String) -> String {
  let last = path.split(separator: "/").last.map(String.init) ?? path
  return last.hasSuffix(".gguf") ? String(last.dropLast(5)) : last
}
