import Tensors

/// x += output(attention(q, k, v)) with q, k and v linear in n = norm(x), or in x: forward and backward.
struct AttentionSublayer {
  let linears: BlockLinears
  let attention: CausalAttention
  /// Turns queries and keys; nil where places are learned, or this layer sees none.
  let rope: RotaryEmbedding?
  /// Constant of the residual stream.
  let residualScale: Float

  private var block: FrozenWeights.Block { linears.block }
  private var compute: Compute { linears.compute }
  private var residual: ResidualUpdate {
    ResidualUpdate(
      linears, norm: .afterAttention, scale: residualScale)
  }

  /// - Parameters:
  ///   - x: the residual stream `[tokens, hidden]`, updated in place.
  ///   - sequences: the rows of each sequence.
  ///   - saved: receives what the backward pass needs.
  ///   - attend: attention proper, over this batch or over a key/value cache.
  func forward(
    _ x: Matrix, positions: [Int32], sequences: [Range<Int>], saved: SavedBlock?,
    attend: (_ q: Matrix, _ k: Matrix, _ v: Matrix, _ output: Matrix) -> Void
  ) {
    saved?.input.store(x, with: compute)
    compute.arena.scoped {
      let arena = compute.arena
      let room = QueryKeyValue(x.rows, of: block, attention, in: arena)
      arena.scoped {
        linears.forward(
          room.parts.map { ($0.role, $0.matrix) }, from: linears.normed(linears.norms.attention, x),
          saved: saved)
      }
      saved?.unnormed?.queries.store(room.q, with: compute)
      saved?.unnormed?.keys.store(room.k, with: compute)
      linears.norms.heads?.forward(room.q, room.k, with: compute)
      rope?.rotate(room.q, positions: positions, sequences: sequences, with: compute)
      rope?.rotate(room.k, positions: positions, sequences: sequences, with: compute)
      saved?.queries.store(room.q, with: compute)
      saved?.keys.store(room.k, with: compute)
      saved?.values.store(room.v, with: compute)
      let attended = arena.matrix(x.rows, room.q.columns)
      attend(room.q, room.k, room.v, attended)
      saved?.attended?.store(attended, with: compute)
      residual.forward(x, saved: saved?.attentionOutput) { y, accumulates in
        linears.forward(
          [(.attentionOutput, y)], from: linears.input(attended), accumulates: accumulates,
          saved: saved)
      }
    }
  }

  /// - Parameters:
  ///   - dOutput: the gradient of the sublayer's output.
  ///   - dx: that of its input is added to it; may be `dOutput` itself.
  ///   - reachesInput: false in the lowest adapted block, whose input needs no gradient.
  func backward(
    _ dOutput: Matrix, into dx: Matrix, positions: [Int32], sequences: [Range<Int>],
    saved: SavedBlock, reachesInput: Bool
  ) {
    let arena = compute.arena
    arena.scoped {
      let gradients = QueryKeyValue(dx.rows, of: block, attention, in: arena)
      attentionBackward(dOutput, sequences, saved, gradients)
      rope?.rotate(
        gradients.q, positions: positions, sequences: sequences, inverse: true, with: compute)
      rope?.rotate(
        gradients.k, positions: positions, sequences: sequences, inverse: true, with: compute)
      if let (heads, unnormed) = linears.norms.heads.flatMap({ heads in
        saved.unnormed.map { (heads, $0) }
      }) {
        heads.backward(
          gradients.q, gradients.k, saved: unnormed, adapter: linears.adapter,
          layer: linears.layer, with: compute)
      }
      linears.backward(
        gradients.parts.map { ($0.role, $0.matrix) }, through: .attention,
        of: saved.input, saved: saved, into: reachesInput ? dx : nil, rows: dx.rows)
    }
  }

  private func attentionBackward(
    _ dOutput: Matrix, _ sequences: [Range<Int>], _ saved: SavedBlock, _ gradients: QueryKeyValue
  ) {
    compute.arena.scoped {
      let dAttended = compute.arena.matrix(dOutput.rows, gradients.q.columns)
      linears.backward(
        [(.attentionOutput, residual.backward(dOutput, saved: saved.attentionOutput))],
        saved.attended?.load(with: compute), saved: saved, dx: dAttended)
      attention.backward(
        q: saved.queries.load(with: compute), k: saved.keys.load(with: compute),
        v: saved.values.load(with: compute), dOutput: dAttended, sequences: sequences,
        dq: gradients.q, dk: gradients.k, dv: gradients.v, with: compute)
    }
  }
}
