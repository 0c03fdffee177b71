import Glibc
import Models
import Tensors

/// What several models think of one row: of each the loss of its trained tokens, and how far its expectations lie from
/// those of the first.
package struct RowExpectations: Sendable {
  /// Sum of -ln p over the tokens that count, in nats, for each model.
  package let losses: [Double]
  /// Sum over the same places of the Kullback-Leibler divergence from the first model's expectation, in nats.
  package let divergences: [Double]
  package let tokens: Int

  /// A model and the adapter that it is looked at with.
  package typealias Contender = (model: DecoderModel, adapter: Adapter?)

  private static let chunkBytes = 32 << 20

  /// - Parameter contenders: of one vocabulary; at least one.
  package init(
    of example: TokenizedExample, by contenders: [Contender], with compute: Compute
  ) {
    let batch = TokenBatch([example])
    tokens = batch.scored.count
    var losses = contenders.map { _ in 0.0 }
    var divergences = losses
    let vocabulary = contenders.map(\.model.weights.head.rows).max() ?? 1
    let chunk = max(1, Self.chunkBytes / (4 * vocabulary))
    for start in stride(from: 0, to: batch.scored.count, by: chunk) {
      let places = start..<min(batch.scored.count, start + chunk)
      compute.arena.scoped {
        let logits = contenders.map { contender in
          contender.model.logits(
            batch, rows: Array(batch.scored[places]),
            adapter: contender.adapter.map { AdapterUse($0) }, with: compute)
        }
        for (row, place) in places.enumerated() {
          let expected = logits.map { Self.logProbabilities($0, row: row) }
          for (index, values) in expected.enumerated() {
            losses[index] -= values[Int(batch.targets[place])]
            if index > 0 { divergences[index] += Self.divergence(values, from: expected[0]) }
          }
        }
      }
    }
    (self.losses, self.divergences) = (losses, divergences)
  }

  private static func logProbabilities(_ logits: Matrix, row: Int) -> [Double] {
    let values = (0..<logits.columns).map { unsafe Double(logits.row(row)[$0]) }
    let largest = values.max() ?? 0
    let logSum = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    return values.map { $0 - logSum }
  }

  private static func divergence(_ values: [Double], from other: [Double]) -> Double {
    zip(values, other).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
  }
}
