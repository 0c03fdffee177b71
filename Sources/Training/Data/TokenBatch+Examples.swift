import Models

extension TokenBatch {
  /// Examples laid end to end. Their last tokens are not read, since nothing is predicted from them.
  package init(_ examples: some Sequence<TokenizedExample>) {
    self.init()
    for example in examples { append(example) }
  }

  package mutating func append(_ example: TokenizedExample) {
    append(example.tokens, trained: example.trained, readsLast: false)
  }

  /// Examples in order, as batches of at most `tokenBudget` tokens (a longer example has a batch of
  /// its own).
  package static func packed(
    _ examples: some Sequence<TokenizedExample>, tokenBudget: Int
  ) -> [TokenBatch] {
    var batches: [TokenBatch] = []
    forEachPacked(examples, tokenBudget: tokenBudget) { batch in
      batches.append(batch)
      return true
    }
    return batches
  }

  /// Calls `body` with each of these batches as it is made, until that is false.
  package static func forEachPacked(
    _ examples: some Sequence<TokenizedExample>, tokenBudget: Int, _ body: (TokenBatch) -> Bool
  ) {
    var batch = TokenBatch()
    for example in examples {
      if !batch.tokens.isEmpty, batch.tokens.count + example.tokens.count - 1 > tokenBudget {
        guard body(batch) else { return }
        batch = TokenBatch()
      }
      batch.append(example)
    }
    if !batch.tokens.isEmpty { _ = body(batch) }
  }
}
