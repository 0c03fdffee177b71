extension Tokenizer {
  /// Gives everything that decides which ids a text has, for a digest: the same parts in the same order
  /// for equal tokenizers.
  package func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    unsafe vocabulary.forEachPart(body)
    unsafe model.forEachPart(body)
    let special = specialTokens
    let roles = [
      special.beginOfSequence, special.endOfSequence, special.unknown, special.padding,
    ]
    let names = [special.control, special.userDefined].flatMap { tokens in
      tokens.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [""]
    }
    let rules =
      pipeline.parts + ["\(special.addsBeginOfSequence)"]
      + roles.map { $0.map { "\($0)" } ?? "none" } + names + traits
    for rule in rules { unsafe Array((rule + "\n").utf8).withUnsafeBytes(body) }
  }
}

extension Tokenizer {
  /// What added tokens do beside being found.
  private var traits: [String] {
    addedTokens.filter {
      $0.takesSpaceBefore || $0.takesSpaceAfter || $0.isWord
        || $0.isNormalized && !pipeline.normalizers.isEmpty
    }.map { "\($0)" }
  }
}

extension TextPipeline {
  /// Digests of byte-level models with a rule of their own have always had these two lines.
  fileprivate var parts: [String] {
    guard case .rule(let rule) = splits.first, splits.count == 1 else {
      let cutting = splits.filter { if case .betweenTokens = $0 { false } else { true } }
      return ["\(normalizers)", "\(cutting)"]
    }
    return [
      "\(rule)", normalizers.isEmpty ? "false" : normalizers == [.nfc] ? "true" : "\(normalizers)",
    ]
  }
}
