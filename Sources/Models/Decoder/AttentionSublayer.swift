import Tensors

/// x += output(attention(q, k, v)) with q, k and v linear in n = norm(x): forward and backward.
struct AttentionSublayer {
  let linears: BlockLinears
  let attention: CausalAttention
  /// Turns queries and keys; nil where places are learned.
  let rope: RotaryEmbedding?

  private var block: FrozenWeights.Block { linears.block }
  private var compute: Compute { linears.compute }

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
      let room = QueryKeyValue(x.rows, of: block, attention, in: arena)
      arena.scoped {
        linears.forward(
          room.parts.map { ($0.role, $0.matrix) }, from: linears.normed(block.attentionNorm, x),
          saved: saved)
      }
      rope?.rotate(room.q, positions: positions, with: compute)
      rope?.rotate(room.k, positions: positions, with: compute)
      saved?.queries.store(room.q, with: compute)
      saved?.keys.store(room.k, with: compute)
      saved?.values.store(room.v, with: compute)
      let attended = arena.matrix(x.rows, room.q.columns)
      attend(room.q, room.k, room.v, attended)
      saved?.attended?.store(attended, with: compute)
      linears.forward(
        [(.attentionOutput, x)], from: linears.input(attended), accumulates: true, saved: saved)
    }
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
      let gradients = QueryKeyValue(dx.rows, of: block, attention, in: arena)
      attentionBackward(dx, sequences, saved, gradients)
      rope?.rotate(gradients.q, positions: positions, inverse: true, with: compute)
      rope?.rotate(gradients.k, positions: positions, inverse: true, with: compute)
      let norm = block.attentionNorm
      let isAdapted = linears.isAdapted(gradients.parts.map(\.role))
      let normed = isAdapted ? norm.forward(saved.input, rows: dx.rows, with: compute) : nil
      let dNormed = reachesInput ? arena.matrix(dx.rows, dx.columns) : nil
      linears.backward(
        gradients.parts.map { ($0.role, $0.matrix) }, normed, saved: saved, dx: dNormed)
      if let dNormed { norm.backward(saved.input, dy: dNormed, into: dx, with: compute) }
    }
  }

  private func attentionBackward(
    _ dx: Matrix, _ sequences: [Range<Int>], _ saved: SavedBlock, _ gradients: QueryKeyValue
  ) {
    compute.arena.scoped {
      let dAttended = compute.arena.matrix(dx.rows, gradients.q.columns)
      linears.backward(
        [(.attentionOutput, dx)], saved.attended?.load(with: compute), saved: saved, dx: dAttended)
      attention.backward(
        q: saved.queries.load(with: compute), k: saved.keys.load(with: compute),
        v: saved.values.load(with: compute), dOutput: dAttended, sequences: sequences,
        dq: gradients.q, dk: gradients.k, dv: gradients.v, with: compute)
    }
  }
}
