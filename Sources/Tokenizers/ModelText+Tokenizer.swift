extension ModelText {
  /// How the model of `tokenizer` wants its text.
  ///
  /// - Parameter jinja: the model's chat template as its file has it, if it has one.
  package init(tokenizer: Tokenizer, jinja: String?) {
    let special = tokenizer.specialTokens
    var tokens = ChatTemplate.TextTokens()
    if let begin = special.beginOfSequence { tokens.begin = tokenizer.piece(begin) }
    if let end = special.endOfSequence { tokens.end = tokenizer.piece(end) }
    self.init(encoder: tokenizer, begin: special.opening, tokens: tokens, jinja: jinja)
  }
}
