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
    _ examples: some Collection<TokenizedExample>,
    onProgress: (Int, Int) -> Bool = { _, _ in true }
  ) -> CrossEntropy.Score {
    let use = adapter.map { AdapterUse($0) }
    var score = CrossEntropy.Score()
    var done = 0
    TokenBatch.forEachPacked(examples, tokenBudget: Self.tokensPerPass) { batch in
      score.add(model.score(batch, adapter: use, with: compute))
      done += batch.sequences.count
      return onProgress(done, examples.count)
    }
    return score
  }
}

extension CrossEntropy.Score {
  /// Mean loss a token, in nats.
  package var meanLoss: Double { loss / Double(max(1, tokens)) }
}
