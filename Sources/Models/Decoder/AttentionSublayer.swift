import CKernels
import Tensors

/// x += o_proj(attention(q_proj(n), k_proj(n), v_proj(n))) with n = norm(x): forward and backward.
struct AttentionSublayer {
  let block: FrozenWeights.Block
  let layer: Int
  let attention: CausalAttention
  let rope: RotaryEmbedding
  let adapter: AdapterUse?
  let compute: Compute

  private func linear(_ module: TargetModule) -> LinearLayer {
    adapter.layer(block[module], layer, module)
  }

  /// - Parameters:
  ///   - x: the residual stream `[tokens, hidden]`, updated in place.
  ///   - saved: receives what the backward pass needs.
  ///   - attend: attention proper, over this batch or over a key/value cache.
  func forward(
    _ x: Matrix, positions: [Int32], saved: SavedBlock?,
    attend: (_ q: Matrix, _ k: Matrix, _ v: Matrix, _ output: Matrix) -> Void
  ) {
    saved?.input.store(x, with: compute)
    compute.arena.scoped {
      let arena = compute.arena
      let q = arena.matrix(x.rows, block[.q_proj].rows)
      let k = arena.matrix(x.rows, block[.k_proj].rows)
      let v = arena.matrix(x.rows, block[.v_proj].rows)
      project(x, q, k, v, saved)
      rope.rotate(q, positions: positions, with: compute)
      rope.rotate(k, positions: positions, with: compute)
      saved?.queries.store(q, with: compute)
      saved?.keys.store(k, with: compute)
      saved?.values.store(v, with: compute)
      let attended = arena.matrix(x.rows, q.columns)
      attend(q, k, v, attended)
      saved?.attended?.store(attended, with: compute)
      linear(.o_proj).forward(
        attended, packed: compute.pack(attended), into: x, accumulates: true,
        reduced: reduced(.o_proj, saved), with: compute)
    }
  }

  private func project(_ x: Matrix, _ q: Matrix, _ k: Matrix, _ v: Matrix, _ saved: SavedBlock?) {
    compute.arena.scoped {
      let norm = block.attentionNorm
      let packed = norm.packed(x, with: compute)
      for (module, y) in [(TargetModule.q_proj, q), (.k_proj, k), (.v_proj, v)] {
        linear(module).forward(
          norm.forward(x, with: compute), packed: packed, into: y,
          reduced: reduced(module, saved), with: compute)
      }
    }
  }

  private func reduced(_ module: TargetModule, _ saved: SavedBlock?) -> Matrix? {
    saved?.reduced[module.index]
  }

  /// - Parameters:
  ///   - dx: the gradient of the sublayer's output; becomes that of its input.
  ///   - reachesInput: false in the lowest adapted block, whose input needs no gradient.
  func backward(
    _ dx: Matrix, positions: [Int32], sequences: [Range<Int>], saved: SavedBlock,
    reachesInput: Bool
  ) {
    let arena = compute.arena
    arena.scoped {
      let dq = arena.matrix(dx.rows, block[.q_proj].rows)
      let dk = arena.matrix(dx.rows, block[.k_proj].rows)
      let dv = arena.matrix(dx.rows, block[.v_proj].rows)
      attentionBackward(dx, sequences, saved, dq, dk, dv)
      rope.rotate(dq, positions: positions, inverse: true, with: compute)
      rope.rotate(dk, positions: positions, inverse: true, with: compute)
      let norm = block.attentionNorm
      let isAdapted = [TargetModule.q_proj, .k_proj, .v_proj].contains { linear($0).pair != nil }
      let normed = isAdapted ? norm.forward(saved.input, rows: dx.rows, with: compute) : nil
      let dNormed = reachesInput ? arena.matrix(dx.rows, dx.columns) : nil
      for (module, dy) in [(TargetModule.q_proj, dq), (.k_proj, dk), (.v_proj, dv)] {
        linear(module).backward(
          normed, reduced: reduced(module, saved), dy: dy,
          gradient: adapter?.gradientPair(layer, module), dx: dNormed,
          accumulatesDx: module != .q_proj, with: compute)
      }
      if let dNormed { norm.backward(saved.input, dy: dNormed, into: dx, with: compute) }
    }
  }

  private func attentionBackward(
    _ dx: Matrix, _ sequences: [Range<Int>], _ saved: SavedBlock, _ dq: Matrix, _ dk: Matrix,
    _ dv: Matrix
  ) {
    compute.arena.scoped {
      let dAttended = compute.arena.matrix(dx.rows, dq.columns)
      linear(.o_proj).backward(
        saved.attended?.load(with: compute), reduced: reduced(.o_proj, saved), dy: dx,
        gradient: adapter?.gradientPair(layer, .o_proj), dx: dAttended, accumulatesDx: false,
        with: compute)
      attention.backward(
        q: saved.queries.load(with: compute), k: saved.keys.load(with: compute),
        v: saved.values.load(with: compute), dOutput: dAttended, sequences: sequences, dq: dq,
        dk: dk, dv: dv, with: compute)
    }
  }
}
