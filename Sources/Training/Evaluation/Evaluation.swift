import Models
import Tensors

/// Loss of a model on tokenized examples, weighted by trained tokens.
package struct Evaluation {
  package let model: DecoderModel
  package let adapter: Adapter?
  package let compute: Compute

  package init(model: DecoderModel, adapter: Adapter?, compute: Compute) {
    self.model = model
    self.adapter = adapter
    self.compute = compute
  }

  private static let tokensPerPass = 2048

  /// - Parameter onProgress: examples done and all; false stops.
  package func run(
    _ examples: [TokenizedExample], onProgress: (Int, Int) -> Bool = { _, _ in true }
  ) -> CrossEntropy.Score {
    let use = adapter.map { AdapterUse($0) }
    var score = CrossEntropy.Score()
    var start = 0
    while start < examples.count {
      var end = start
      var tokens = 0
      while end < examples.count,
        end == start || tokens + examples[end].tokens.count <= Self.tokensPerPass
      {
        tokens += examples[end].tokens.count
        end += 1
      }
      score.add(
        model.score(TokenBatch(examples[start..<end]), adapter: use, with: compute))
      start = end
      if !onProgress(end, examples.count) { break }
    }
    return score
  }
}

extension TokenBatch {
  /// Examples laid end to end.
  package init(_ examples: some Collection<TokenizedExample>) {
    self.init(sequences: examples.map(\.tokens), trained: examples.map(\.trained))
  }
}

extension CrossEntropy.Score {
  /// Mean loss a token, in nats.
  package var meanLoss: Double { loss / Double(max(1, tokens)) }
}
