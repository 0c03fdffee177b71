import Checkpoints
import Tokenizers

/// What llama.cpp takes tokens for by their names, whatever type the file gives them
/// (src/llama-vocab.cpp, version 0.3.36 of llama-cpp-python).
enum GGUFTokenNames {
  /// End a reply.
  private static let ends: Set<String> = [
    "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>",
    "<end_of_turn>", "<|endoftext|>", "</s>", "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]",
    "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>", "<|tool_response>",
    "<｜end▁of▁sentence｜>", "[e~[",
  ]

  /// Parts of fill-in-the-middle, by the role that a key `ROLE_token_id` can give to another token.
  private static let parts: [(role: String, oldRole: String?, names: Set<String>)] = [
    (
      "fim_pre", "prefix",
      [
        "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>",
        "<|code_prefix|>", "<|prefix|>",
      ]
    ),
    (
      "fim_suf", "suffix",
      [
        "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>",
        "<|code_suffix|>", "<|suffix|>",
      ]
    ),
    (
      "fim_mid", "middle",
      [
        "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>",
        "<|code_middle|>", "<|middle|>",
      ]
    ),
    ("fim_pad", nil, ["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"]),
    ("fim_rep", nil, ["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"]),
    ("fim_sep", nil, ["<|file_sep|>"]),
  ]
  private static let endingParts: Set<String> = ["fim_pad", "fim_rep", "fim_sep"]

  /// Shown as text, and found in any text.
  private static let userDefined: Set<String> = [
    "<|channel|>", "<|message|>", "<|start|>", "<|constrain|>",
  ]

  /// The names that one file's tokens are known by.
  ///
  /// - Parameters:
  ///   - tokens: all that the file has.
  ///   - hasKey: whether the file gives a role's token by number; its names say nothing then.
  struct Known {
    private(set) var ends = GGUFTokenNames.ends
    private var markers = GGUFTokenNames.ends

    init(_ tokens: ByteStrings, hasKey: (_ role: String) -> Bool) {
      // Gemma 4 ends replies with other tokens, and has this one as text.
      if tokens.contains(where: { $0.elementsEqual("<|tool_response>".utf8) }) {
        ends.remove("</s>")
        markers.remove("</s>")
      }
      for part in GGUFTokenNames.parts where ![part.role, part.oldRole].contains(where: isGiven) {
        markers.formUnion(part.names)
        if GGUFTokenNames.endingParts.contains(part.role) { ends.formUnion(part.names) }
      }
      func isGiven(_ role: String?) -> Bool { role.map(hasKey) ?? false }
    }

    /// The kind of a token that has one by its name.
    func kind(of name: String) -> Vocabulary.Kind? {
      if GGUFTokenNames.userDefined.contains(name) { return .userDefined }
      return markers.contains(name) ? .control : nil
    }
  }
}
