extension Tokenizer {
  /// Gives everything that decides which ids a text has, for a digest: the same parts in the same order
  /// for equal tokenizers.
  package func forEachPart(_ body: (UnsafeRawBufferPointer) -> Void) {
    vocabulary.forEachPart(body)
    encoder.forEachPart(body)
    let special = specialTokens
    let roles = [
      special.beginOfSequence, special.endOfSequence, special.unknown, special.padding,
    ]
    let names = [special.control, special.userDefined].flatMap { tokens in
      tokens.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [""]
    }
    let rules =
      ["\(preTokenizer)", "\(normalizes)", "\(special.addsBeginOfSequence)"]
      + roles.map { $0.map { "\($0)" } ?? "none" } + names
    for rule in rules { Array((rule + "\n").utf8).withUnsafeBytes(body) }
  }
}
