import CKernels
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
      let x = embed(tokens, with: compute)
      let positions = tokens.indices.map { Int32(cache.count + $0) }
      for layer in weights.blocks.indices {
        if tokens.count == 1 {
          step(layer, x, position: positions, cache: cache, adapter: adapter, with: compute)
        } else {
          prefill(layer, x, positions: positions, cache: cache, adapter: adapter, with: compute)
        }
      }
      cache.advance(by: tokens.count)
      let last = x.rows(x.rows - 1..<x.rows)
      weights.finalNorm.forward(last, into: last)
      let vector = compute.packVector(last.base, count: last.columns)
      compute.multiply(vector, by: [(weights.head, logits)])
    }
  }

  private func prefill(
    _ layer: Int, _ x: Matrix, positions: [Int32], cache: KeyValueCache, adapter: AdapterUse?,
    with compute: Compute
  ) {
    attentionSublayer(layer, adapter, compute).forward(x, positions: positions, saved: nil) {
      q, k, v, output in
      let past = cache.count
      let (keys, values) = cache.append(k, v, layer: layer)
      attention.forward(q: q, k: keys, v: values, past: past, into: output, with: compute)
    }
    feedForwardSublayer(layer, adapter, compute).forward(x, saved: nil)
  }

  /// One block for one token: products of a vector straight from the quantized weights.
  private func step(
    _ layer: Int, _ x: Matrix, position: [Int32], cache: KeyValueCache, adapter: AdapterUse?,
    with compute: Compute
  ) {
    let block = weights.blocks[layer]
    compute.arena.scoped {
      let arena = compute.arena
      let step = VectorStep(block: block, layer: layer, adapter: adapter, compute: compute)
      let normed = arena.matrix(1, x.columns)
      block.attentionNorm.forward(x, into: normed)
      let qkv = step.outputs(of: [.q_proj, .k_proj, .v_proj], normed)
      rope.rotate(qkv[0], positions: position, with: compute)
      rope.rotate(qkv[1], positions: position, with: compute)
      let past = cache.count
      let (keys, values) = cache.append(qkv[1], qkv[2], layer: layer)
      let attended = arena.matrix(1, qkv[0].columns)
      attention.forward(
        q: qkv[0], k: keys, v: values, past: past, into: attended, with: compute)
      ck_add(x.base, step.outputs(of: [.o_proj], attended)[0].base, x.columns)
      block.feedForwardNorm.forward(x, into: normed)
      let gated = step.outputs(of: [.gate_proj, .up_proj], normed)
      ck_swiglu(gated[0].base, gated[1].base, gated[0].columns, gated[0].base)
      ck_add(x.base, step.outputs(of: [.down_proj], gated[0])[0].base, x.columns)
    }
  }
}

/// Linear layers of one block applied to one row.
private struct VectorStep {
  let block: FrozenWeights.Block
  let layer: Int
  let adapter: AdapterUse?
  let compute: Compute

  /// y = W·x + scale · B·A·x for modules that share `x` `[1, inputs]`; results lie in the arena.
  func outputs(of modules: [TargetModule], _ x: Matrix) -> [Matrix] {
    let results = modules.map { compute.arena.matrix(1, block[$0].rows) }
    compute.arena.scoped {
      let vector = compute.packVector(x.base, count: x.columns)
      compute.multiply(
        vector, by: zip(modules, results).map { (matrix: block[$0], y: $1.base) })
    }
    for (module, y) in zip(modules, results) {
      let linear = adapter.layer(block[module], layer, module)
      if let pair = linear.pair { add(pair, scale: linear.scale, x, to: y) }
    }
    return results
  }

  /// y += scale · B·A·x.
  private func add(_ pair: LoRAPair, scale: Float, _ x: Matrix, to y: Matrix) {
    compute.arena.scoped {
      let low = compute.arena.matrix(1, pair.a.rows)
      withUnsafePointer(to: pair.a.operand) { a in
        ck_multiply_vector(a, 0, pair.a.rows, x.base, low.base)
      }
      ck_scale(low.base, scale, low.columns)
      let sum = compute.arena.matrix(1, y.columns)
      ck_weighted_sum(
        low.base, pair.bTransposed.base, pair.bTransposed.stride, low.columns, y.columns, sum.base)
      ck_add(y.base, sum.base, y.columns)
    }
  }
}
