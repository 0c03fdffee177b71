import Checkpoints
import Files

/// The metadata keys `tokenizer.…` of a GGUF file (llama.cpp, src/llama-vocab.cpp). A value of a type
/// that llama.cpp refuses is refused, be it read here or not.
extension KeyTable {
  package static let ggufTokenizer = KeyTable(
    lists.map { tokenizerEntry($0, .any) } + roles.map { tokenizerEntry("\($0)_token_id", token) }
      + flags.map { tokenizerEntry($0, .bool) } + off
      + [tokenizerEntry("model", .text), tokenizerEntry("pre", .text)],
    ignoring: ["tokenizer.huggingface.json"], prefixes: ["tokenizer.chat_template"], isTyped: true,
    fix: "convert the model again with a current converter, or use another model")

  /// Checked where they are read.
  private static let lists = [
    "tokens", "token_type", "merges", "scores", "precompiled_charsmap",
  ]
  /// Those of fill-in-the-middle and of other uses are numbers that nothing here looks at, but for
  /// `GGUFTokenNames.ends`.
  private static let roles = [
    "bos", "eos", "eot", "eom", "unknown", "padding", "seperator", "cls", "mask", "fim_pre",
    "fim_suf", "fim_mid", "fim_pad", "fim_rep", "fim_sep", "prefix", "suffix", "middle",
  ]
  /// Those of white space are for other kinds of tokenizers than byte-level ones.
  private static let flags = [
    "add_bos_token", "add_space_prefix", "remove_extra_whitespaces", "escape_whitespaces",
    "treat_whitespace_as_suffix",
  ]
  private static let off = ["add_eos_token", "add_sep_token"].map {
    Entry("tokenizer.ggml.\($0)", .only([false]))
  }
  private static let token = Kind.integer(0...Int(UInt32.max))

  private static func tokenizerEntry(_ name: String, _ kind: Kind) -> Entry {
    Entry("tokenizer.ggml.\(name)", .read(kind))
  }

  /// Checks the tokenizer's part of the metadata, and that what nothing can replace is there.
  func checkTokenizer(
    _ metadata: GGUFMetadata, requiring required: [(name: String, loss: String)]
  ) throws(FileError) {
    for key in metadata.keys where key.hasPrefix("tokenizer.") {
      try check(key, file: metadata.file) { metadata[key]?.json ?? .null }
    }
    for (name, loss) in required where metadata["tokenizer.ggml.\(name)"] == nil {
      throw FileError(
        .absent, file: metadata.file,
        cause: "the metadata key tokenizer.ggml.\(name) is missing, so that nothing says \(loss)",
        fix:
          "convert the model again with a current converter; without it the tokens would be wrong")
    }
  }
}
