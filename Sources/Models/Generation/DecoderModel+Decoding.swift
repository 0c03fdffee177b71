import Tensors

extension DecoderModel {
  /// Feeds tokens behind what the cache holds and gives the logits that follow the last one.
  ///
  /// - Parameters:
  ///   - tokens: at least one; with the cache's count at most its capacity.
  ///   - logits: `vocabularySize` floats, overwritten.
  package func feed(
    _ tokens: [Int32], cache: KeyValueCache, adapter: AdapterUse? = nil,
    into logits: UnsafeMutablePointer<Float>, with compute: Compute
  ) {
    compute.arena.scoped {
      let positions = tokens.indices.map { Int32(cache.count + $0) }
      let x = embed(tokens, positions: positions, with: compute)
      for layer in weights.blocks.indices {
        feed(layer, x, positions: positions, cache: cache, adapter: adapter, with: compute)
      }
      cache.advance(by: tokens.count)
      let last = x.rows(x.rows - 1..<x.rows)
      weights.finalNorm.forward(last, into: last)
      // The next token hangs on the logits: where products of many rows are exact, so are these.
      let vector = unsafe compute.packVector(
        last.base, count: last.columns, isExact: compute.precision == .f32)
      unsafe compute.multiply(vector, by: [(weights.head, logits)])
      let row = unsafe Matrix(base: logits, rows: 1, columns: weights.head.rows)
      addHeadBias(to: row, with: compute)
      unsafe logitScaling.forward(logits, count: row.columns)
    }
  }

  /// One block; a single token takes products of a vector straight from the quantized weights.
  private func feed(
    _ layer: Int, _ x: Matrix, positions: [Int32], cache: KeyValueCache, adapter: AdapterUse?,
    with compute: Compute
  ) {
    let block = sublayers(layer, adapter, isVector: x.rows == 1, compute)
    compute.arena.scoped {
      let input = description.isParallel ? compute.copy(of: x) : x
      block.attention.forward(x, positions: positions, saved: nil) { q, k, v, output in
        let past = cache.count
        let (keys, values) = cache.append(k, v, layer: layer)
        block.attention.attention.forward(
          q: q, k: keys, v: values, past: past, into: output, with: compute)
      }
      block.feedForward.forward(x, reading: input, saved: nil)
    }
  }
}
