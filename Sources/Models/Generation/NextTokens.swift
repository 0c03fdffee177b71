import Glibc
import Tensors

/// What a model expects to come next: the probability of every token.
package struct NextTokens: Sendable {
  package let probabilities: [Double]

  /// - Parameter prompt: at least one token, at most the model's context.
  /// - Returns: nil where the model's scores are not numbers.
  package init?(
    after prompt: [Int32], model: DecoderModel, adapter: Adapter?, with compute: Compute
  ) {
    precondition(
      !prompt.isEmpty && prompt.count <= model.description.sizes.context,
      "\(prompt.count) tokens in a context of \(model.description.sizes.context)")
    let batch = TokenBatch(sequences: [prompt])
    let logits = compute.arena.scoped { () -> [Double] in
      let row = model.logits(
        batch, rows: [prompt.count - 1], adapter: adapter.map { AdapterUse($0) }, with: compute)
      return (0..<row.columns).map { unsafe Double(row.base[$0]) }
    }
    guard logits.allSatisfy(\.isFinite), let largest = logits.max() else { return nil }
    let weights = logits.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    probabilities = weights.map { $0 / sum }
  }

  /// In nats: 0 where one token is certain, the logarithm of their number where all are equally likely.
  package var entropy: Double {
    probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
  }

  /// The Kullback-Leibler divergence from another model's expectation, in nats.
  package func divergence(from other: NextTokens) -> Double {
    precondition(
      probabilities.count == other.probabilities.count,
      "\(probabilities.count) tokens and \(other.probabilities.count)")
    return zip(probabilities, other.probabilities).reduce(0) { sum, pair in
      pair.0 > 0 ? sum + pair.0 * (log(pair.0) - log(max(pair.1, .leastNormalMagnitude))) : sum
    }
  }

  /// The likeliest tokens, the likeliest first; of equally likely ones the lower number.
  package func likeliest(_ count: Int) -> [Int] {
    Array(
      probabilities.indices.sorted {
        (probabilities[$1], $0) < (probabilities[$0], $1)
      }.prefix(count))
  }
}
