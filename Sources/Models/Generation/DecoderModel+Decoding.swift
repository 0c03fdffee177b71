import Tensors

extension DecoderModel {
  /// Feeds tokens behind what the cache holds and gives the logits that follow the last one.
  ///
  /// - Parameters:
  ///   - tokens: at least one; with the cache's count at most its capacity.
  ///   - logits: `[1, vocabulary]`, overwritten.
  package func feed(
    _ tokens: [Int32], cache: KeyValueCache, adapter: AdapterUse? = nil, into logits: Matrix,
    with compute: Compute
  ) {
    if tokens.count == 1 {
      return step(tokens, caches: [cache], adapter: adapter, into: logits, with: compute)
    }
    let past = cache.count
    let positions = tokens.indices.map { Int32(past + $0) }
    let head = OutputHead(model: self, adapter: adapter, compute: compute)
    compute.arena.scoped {
      let x = embed(tokens, positions: positions, adapter: adapter, with: compute)
      for layer in weights.blocks.indices {
        run(
          layer, x, positions: positions, sequences: [0..<x.rows], adapter: adapter, with: compute
        ) { attention, q, k, v, output in
          let (keys, values) = cache.append(k, v, layer: layer)
          attention.forward(q: q, k: keys, v: values, past: past, into: output, with: compute)
        }
      }
      cache.advance(by: tokens.count)
      head.forward(ofVectors: x.rows(x.rows - 1..<x.rows), into: logits)
    }
  }

  /// Feeds one token of each of several sequences and gives the logits that follow. The weights are read
  /// once for all; each sequence comes out as it would alone.
  ///
  /// - Parameters:
  ///   - tokens: one behind what each of the caches holds.
  ///   - logits: `[sequences, vocabulary]`, overwritten.
  package func step(
    _ tokens: [Int32], caches: [KeyValueCache], adapter: AdapterUse? = nil, into logits: Matrix,
    with compute: Compute
  ) {
    precondition(
      tokens.count == caches.count && logits.rows == tokens.count,
      "\(tokens.count) tokens for \(caches.count) caches and \(logits.rows) rows of logits")
    let positions = caches.map { Int32($0.count) }
    let head = OutputHead(model: self, adapter: adapter, compute: compute)
    compute.arena.scoped {
      let x = embed(tokens, positions: positions, adapter: adapter, with: compute)
      for layer in weights.blocks.indices {
        run(
          layer, x, positions: positions, sequences: (0..<x.rows).map { $0..<$0 + 1 },
          areVectors: true, adapter: adapter, with: compute
        ) { attention, q, k, v, output in
          let contexts = caches.map { $0.rows(with: 1, layer: layer) }
          compute.forEachBlock(of: x.rows, grain: compute.share(of: x.rows)) { rows in
            for row in rows {
              let (keys, values) = contexts[row]
              keys.rows(keys.rows - 1..<keys.rows).copy(from: k.rows(row..<row + 1))
              values.rows(values.rows - 1..<values.rows).copy(from: v.rows(row..<row + 1))
            }
          }
          attention.decode(q: q, contexts: contexts, into: output, with: compute)
        }
      }
      for cache in caches { cache.advance(by: 1) }
      head.forward(ofVectors: x, into: logits)
    }
  }

  /// One block over new tokens, in place.
  private func run(
    _ layer: Int, _ x: Matrix, positions: [Int32], sequences: [Range<Int>],
    areVectors: Bool = false, adapter: AdapterUse?, with compute: Compute,
    attend: (_ attention: CausalAttention, Matrix, Matrix, Matrix, _ output: Matrix) -> Void
  ) {
    let block = sublayers(layer, adapter, areVectors: areVectors, compute)
    compute.arena.scoped {
      let input = description.isParallel ? compute.copy(of: x) : x
      block.attention.forward(x, positions: positions, sequences: sequences, saved: nil) {
        attend(block.attention.attention, $0, $1, $2, $3)
      }
      block.feedForward.forward(x, reading: input, saved: nil)
    }
  }
}
