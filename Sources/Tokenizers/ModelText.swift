/// How a model wants its text: its tokenizer, its begin and end tokens and its chat template.
package struct ModelText: Sendable {
  package let encoder: any TextEncoder
  /// The token that every text of this model starts with; nil if it has none.
  package let begin: Int32?
  package let tokens: ChatTemplate.TextTokens
  /// The model's own template; nil if it has none.
  package let ownTemplate: Result<ChatTemplate, ChatTemplateError>?

  /// - Parameter jinja: the model's `tokenizer.chat_template`, if it has one.
  package init(
    encoder: any TextEncoder, begin: Int32?, tokens: ChatTemplate.TextTokens, jinja: String?
  ) {
    self.encoder = encoder
    self.begin = begin
    self.tokens = tokens
    ownTemplate = jinja.map { jinja in
      Result { () throws(ChatTemplateError) in try ChatTemplate(jinja: jinja, tokens: tokens) }
    }
  }

  /// The template of that name, or, for `auto`, the model's own, else the `fallback`.
  package func template(
    named name: String, fallback: String
  ) throws(ChatTemplateError) -> ChatTemplate {
    guard name == "auto" else { return try ChatTemplate(named: name, tokens: tokens) }
    if let ownTemplate { return try ownTemplate.get() }
    return try ChatTemplate(named: fallback, tokens: tokens)
  }

  /// Prompt, completion and the end token, with nothing between.
  package var plainTemplate: ChatTemplate {
    ChatTemplate(format: .none, tokens: tokens, systemMessage: nil)
  }

  /// The tokens of rendered text, as the model reads it in training and in generation.
  package func encode(_ segments: [Segment]) -> MarkedTokens {
    encoder.encode(segments, begin: begin)
  }
}
