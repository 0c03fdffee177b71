import CKernels
import Tensors

/// A decoder-only transformer with frozen weights. Adapters are passed in, never stored.
package struct DecoderModel: Sendable {
  package let configuration: ModelConfiguration
  package let weights: FrozenWeights
  package let rope: RotaryEmbedding

  package init(
    configuration: ModelConfiguration, weights: FrozenWeights, rope: RotaryEmbedding
  ) {
    self.configuration = configuration
    self.weights = weights
    self.rope = rope
  }

  var attention: CausalAttention {
    CausalAttention(
      heads: configuration.attentionHeadCount, keyValueHeads: configuration.keyValueHeadCount,
      headSize: configuration.headSize)
  }

  func attentionSublayer(
    _ layer: Int, _ adapter: AdapterUse?, _ compute: Compute
  ) -> AttentionSublayer {
    AttentionSublayer(
      block: weights.blocks[layer], layer: layer, attention: attention, rope: rope,
      adapter: adapter, compute: compute)
  }

  func feedForwardSublayer(
    _ layer: Int, _ adapter: AdapterUse?, _ compute: Compute
  ) -> FeedForwardSublayer {
    FeedForwardSublayer(
      block: weights.blocks[layer], layer: layer, adapter: adapter, compute: compute)
  }

  /// The token embeddings `[tokens, hidden]`.
  ///
  /// - Parameter tokens: ids of the vocabulary; loading makes sure that the tokenizer has no others.
  func embed(_ tokens: [Int32], with compute: Compute) -> Matrix {
    let ids = 0..<Int32(clamping: weights.embedding.rows)
    if let outside = tokens.first(where: { !ids.contains($0) }) {
      preconditionFailure("the token \(outside) has no row among the embedding's \(ids.upperBound)")
    }
    let x = compute.arena.matrix(tokens.count, configuration.hiddenSize)
    compute.forEachBlock(of: tokens.count, grain: 64) { rows in
      for row in rows {
        weights.embedding.dequantize(row: Int(tokens[row]), into: x.row(row))
      }
    }
    return x
  }

  /// One block over a batch, in place; without `needsOutput` only as far as `saved` asks for it.
  func forward(
    layer: Int, _ x: Matrix, batch: TokenBatch, adapter: AdapterUse?, saved: SavedBlock?,
    needsOutput: Bool = true, with compute: Compute
  ) {
    attentionSublayer(layer, adapter, compute).forward(x, positions: batch.positions, saved: saved)
    { q, k, v, output in
      attention.forward(
        q: q, k: k, v: v, sequences: batch.sequences, into: output, with: compute)
    }
    feedForwardSublayer(layer, adapter, compute).forward(
      x, saved: saved, needsOutput: needsOutput)
  }

  /// Loss of a batch without gradients.
  package func score(
    _ batch: TokenBatch, adapter: AdapterUse? = nil, with compute: Compute
  ) -> CrossEntropy.Score {
    guard !batch.scored.isEmpty else { return CrossEntropy.Score() }
    return compute.arena.scoped {
      let x = embed(batch.tokens, with: compute)
      for layer in weights.blocks.indices {
        forward(layer: layer, x, batch: batch, adapter: adapter, saved: nil, with: compute)
      }
      let normed = weights.finalNorm.forward(
        compute.gather(x, rows: batch.scored), with: compute)
      return CrossEntropy.score(
        hidden: normed, targets: batch.targets, head: weights.head, with: compute)
    }
  }

  /// Logits `[rows, vocabulary]` of the rows named, in the arena of `compute`.
  package func logits(
    _ batch: TokenBatch, rows: [Int], adapter: AdapterUse? = nil, with compute: Compute
  ) -> Matrix {
    let result = compute.arena.matrix(rows.count, weights.head.rows)
    compute.arena.scoped {
      let x = embed(batch.tokens, with: compute)
      for layer in weights.blocks.indices {
        forward(layer: layer, x, batch: batch, adapter: adapter, saved: nil, with: compute)
      }
      let last = weights.finalNorm.packed(compute.gather(x, rows: rows), with: compute)
      compute.multiply(last, weights.head.operand, .rowsOfMatrix, into: result)
    }
    return result
  }
}

extension Compute {
  /// The rows named, one after the other, in the arena.
  func gather(_ x: Matrix, rows: [Int]) -> Matrix {
    let result = arena.matrix(rows.count, x.columns)
    for (index, row) in rows.enumerated() {
      result.row(index).update(from: x.row(row), count: x.columns)
    }
    return result
  }
}
