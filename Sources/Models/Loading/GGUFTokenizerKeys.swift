import Checkpoints

/// The metadata keys `tokenizer.…` of a GGUF file (llama.cpp, src/llama-vocab.cpp) as data.
enum GGUFTokenizerKeys {
  /// Read by the tokenizer or the chat template.
  private static let read: Set<String> = [
    "model", "pre", "tokens", "token_type", "merges", "bos_token_id", "eos_token_id",
    "eot_token_id", "eom_token_id", "unknown_token_id", "padding_token_id", "add_bos_token",
  ]
  /// Change nothing here: tokens of uses that Skillet does not have, and what byte-level models do not
  /// look at.
  private static let harmless: Set<String> = [
    "scores", "seperator_token_id", "cls_token_id", "mask_token_id", "fim_pre_token_id",
    "fim_suf_token_id", "fim_mid_token_id", "fim_pad_token_id", "fim_rep_token_id",
    "fim_sep_token_id", "prefix_token_id", "suffix_token_id", "middle_token_id",
    "add_space_prefix", "remove_extra_whitespaces", "escape_whitespaces",
    "treat_whitespace_as_suffix",
  ]
  /// Keys that may only be false.
  private static let off: Set<String> = ["add_eos_token", "add_sep_token"]

  static func check(_ metadata: GGUFMetadata) throws(CheckpointError) {
    for key in metadata.keys where key.hasPrefix("tokenizer.") {
      if key.hasPrefix("tokenizer.chat_template") || key == "tokenizer.huggingface.json" {
        continue
      }
      let name = key.hasPrefix("tokenizer.ggml.") ? String(key.dropFirst(15)) : ""
      if read.contains(name) || harmless.contains(name) { continue }
      if off.contains(name), try metadata.boolIfPresent(key) == false { continue }
      throw CheckpointError(
        .unsupported, file: metadata.file,
        cause: off.contains(name)
          ? "the metadata key \(key) is true, which is not supported"
          : "the metadata key \(key) is not known",
        fix: off.contains(name)
          ? "use a model whose tokenizer adds no such token to prompts"
          : "convert the model again with a current converter, or use another model")
    }
    if metadata["tokenizer.ggml.pre"] == nil {
      throw CheckpointError(
        .absent, file: metadata.file,
        cause: "the metadata key tokenizer.ggml.pre is missing, so that nothing says how its text "
          + "is split",
        fix:
          "convert the model again with a current converter; without it the tokens would be wrong")
    }
  }
}
