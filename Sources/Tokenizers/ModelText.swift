/// How a model wants its text: its tokenizer, its begin and end tokens and its chat template.
package struct ModelText: Sendable {
  package let encoder: any TextEncoder
  /// The token that every text of this model starts with; nil if it has none.
  package let begin: Int32?
  package let tokens: ChatTemplate.TextTokens
  /// The model's own template; nil if it has none.
  package let ownTemplate: Result<ChatTemplate, ChatTemplateError>?

  /// - Parameters:
  ///   - template: the model's own template, if it has one.
  ///   - variables: the model's special tokens by the names that templates use; if not given, those
  ///     of `tokens`.
  package init(
    encoder: any TextEncoder, begin: Int32?, tokens: ChatTemplate.TextTokens,
    template: ChatTemplateSource?, variables: [String: String]? = nil
  ) {
    self.encoder = encoder
    self.begin = begin
    self.tokens = tokens
    ownTemplate = template.map { template in
      Result { () throws(ChatTemplateError) in
        switch template {
        case .jinja(let source, let tools):
          try ChatTemplate(
            jinja: source, tools: tools, tokens: tokens, variables: variables, encoder: encoder)
        case .unusable(let reason): throw .unrecognised(reason: reason, nearest: nil)
        }
      }
    }
  }

  package init(
    encoder: any TextEncoder, begin: Int32?, tokens: ChatTemplate.TextTokens, jinja: String?
  ) {
    self.init(
      encoder: encoder, begin: begin, tokens: tokens, template: jinja.map { .jinja($0) })
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
  ///
  /// - Parameter template: what rendered it. A model's own template writes the begin token itself or
  ///   does without, as in transformers; before all other text it is put here.
  package func encode(_ segments: [Segment], of template: ChatTemplate? = nil) -> MarkedTokens {
    encoder.encode(segments, begin: template?.isModelsOwn == true ? nil : begin)
  }
}
