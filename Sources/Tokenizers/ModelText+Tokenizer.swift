extension ModelText {
  /// How the model of `tokenizer` wants its text.
  ///
  /// - Parameter template: the model's own chat template, if it has one.
  package init(tokenizer: Tokenizer, template: ChatTemplateSource?) {
    let special = tokenizer.specialTokens
    // a token that the model does not name is not written, least of all in letters
    let tokens = ChatTemplate.TextTokens(
      begin: special.beginOfSequence.map { tokenizer.name(of: $0) } ?? "",
      end: special.endOfSequence.map { tokenizer.name(of: $0) } ?? "")
    var variables: [String: String] = [:]
    for (name, id) in [
      ("bos_token", special.beginOfSequence), ("eos_token", special.endOfSequence),
      ("unk_token", special.unknown), ("pad_token", special.padding),
    ] {
      if let id { variables[name] = tokenizer.name(of: id) }
    }
    self.init(
      encoder: tokenizer, begin: special.opening, tokens: tokens, template: template,
      variables: variables)
  }
}
