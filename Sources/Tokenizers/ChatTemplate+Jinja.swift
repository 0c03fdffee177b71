/// Recognising a model's own template. Models ship it as a Jinja program; Skillet does not run such
/// programs but knows the formats that they write.
extension ChatTemplate {
  /// The built-in format that a model's `tokenizer.chat_template` writes, with the default system
  /// message that is written there. Tools are not supported, so what a template writes for them is
  /// left out of account.
  package init(jinja source: String, tokens: TextTokens) throws(ChatTemplateError) {
    let source = Self.unescaped(source)
    for (marker, what) in Self.beyond where source.contains(marker) {
      throw .unrecognised(reason: "it \(what) (\"\(marker)\")")
    }
    guard
      let family = Self.families.first(where: { family in
        family.markers.allSatisfy { source.contains($0) }
      })
    else {
      let start = source.prefix(60).split(whereSeparator: \.isNewline).joined(separator: " ")
      throw .unrecognised(reason: "it has the markers of no known format and begins \"\(start)\"")
    }
    var format = family.format
    if format == .chatML {
      format.trims = source.contains("|trim") || source.contains("| trim")
      if source.contains("<tool_response>") { format.tool = nil }
    }
    self.init(
      format: format, tokens: tokens,
      systemMessage: Self.defaultSystem(in: source) ?? format.defaultSystem)
  }

  /// Markers that tell the formats apart; the first format that has all of its markers wins.
  private static let families: [(format: ChatFormat, markers: [String])] = [
    (.chatML, ["<|im_start|>", "<|im_end|>", "<|im_start|>assistant\n"]),
    (.llama3, ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"]),
    (.gemma, ["<start_of_turn>", "<end_of_turn>", "model"]),
    (.llama2, ["[INST] ", " [/INST]", "<<SYS>>\n", "\n<</SYS>>\n\n"]),
    (.zephyr, ["<|user|>\n", "<|system|>\n", "<|assistant|>", "eos_token"]),
  ]

  /// What a template may write that none of our formats has.
  private static let beyond: [(marker: String, what: String)] = [
    ("strftime_now", "writes today's date into the prompt"),
    ("Cutting Knowledge Date", "writes dates into the prompt"),
    ("<think>", "writes the model's thoughts into its replies"),
    ("<|end|>", "ends turns with a token of its own"),
    ("<end_of_utterance>", "ends turns with a token of its own"),
  ]

  /// The text between ChatML's system marker and end marker within one string of the program.
  private static func defaultSystem(in source: String) -> String? {
    var rest = Substring(source)
    while let opening = rest.firstRange(of: "<|im_start|>system\n") {
      rest = rest[opening.upperBound...]
      guard let closing = rest.firstRange(of: "<|im_end|>") else { return nil }
      let text = rest[..<closing.lowerBound]
      if !text.contains(where: { "'\"{}".contains($0) }) { return String(text) }
    }
    return nil
  }

  /// Jinja strings write a line feed as `\n` or as itself.
  private static func unescaped(_ source: String) -> String {
    source.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
  }
}
