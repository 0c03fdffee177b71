import Tensors

extension DecoderModel {
  /// What each token of a text attends to in one block: of each head a row for each token that looks, with the
  /// share of each token that is seen, `[heads][tokens][tokens]`.
  ///
  /// The model's own attention gives them: over values that are rows of an identity, as many of its columns at
  /// once as a head is wide, its outputs are the shares.
  ///
  /// - Parameters:
  ///   - tokens: at least one, at most the model's context.
  ///   - layer: one of the model's blocks.
  package func attentionShares(
    of tokens: [Int32], layer: Int, adapter: Adapter? = nil, with compute: Compute
  ) -> [[[Float]]] {
    precondition(
      !tokens.isEmpty && weights.blocks.indices.contains(layer),
      "\(tokens.count) tokens in block \(layer) of \(weights.blocks.count)")
    let batch = TokenBatch(sequences: [tokens])
    let adapter = adapter.map { AdapterUse($0) }
    let sizes = description.sizes
    var shares = [[[Float]]](
      repeating: [[Float]](
        repeating: [Float](repeating: 0, count: tokens.count), count: tokens.count),
      count: sizes.heads)
    compute.arena.scoped {
      let x = embed(
        batch.tokens, positions: batch.positions, adapter: adapter, with: compute)
      for below in 0..<layer {
        forward(layer: below, x, batch: batch, adapter: adapter, saved: nil, with: compute)
      }
      let sublayer = sublayers(layer, adapter, compute).attention
      sublayer.forward(
        x, positions: batch.positions, sequences: batch.sequences, saved: nil
      ) { q, k, v, output in
        let unit = compute.arena.matrix(v.rows, v.columns)
        for start in stride(from: 0, to: tokens.count, by: sizes.head) {
          let seen = start..<min(tokens.count, start + sizes.head)
          unit.fill(0)
          for token in seen {
            for head in 0..<sizes.keyValueHeads {
              unsafe unit.row(token)[head * sizes.head + token - start] = 1
            }
          }
          sublayer.attention.forward(
            q: q, k: k, v: unit, sequences: batch.sequences, into: output, with: compute)
          for head in 0..<sizes.heads {
            for (row, token) in tokens.indices.flatMap({ row in seen.map { (row, $0) } }) {
              unsafe shares[head][row][token] =
                output.row(row)[head * sizes.head + token - start]
            }
          }
        }
      }
    }
    return shares
  }
}
