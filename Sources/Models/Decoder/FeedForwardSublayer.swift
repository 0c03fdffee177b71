import Tensors

/// x += down(activation(gate(n), up(n))) with n = norm(x), or without a gate: forward and backward.
struct FeedForwardSublayer {
  let linears: BlockLinears
  let activation: FeedForwardActivation
  /// Constant of the residual stream.
  let residualScale: Float

  private var block: FrozenWeights.Block { linears.block }
  private var compute: Compute { linears.compute }
  private var residual: ResidualUpdate {
    ResidualUpdate(
      linears, norm: .afterFeedForward, scale: residualScale)
  }

  /// The outputs of the first layers, or their gradients, `[tokens, intermediate]`.
  private struct Inner {
    let gate: Matrix?
    let up: Matrix
    /// The layers that write them; one may give both side by side.
    let parts: [(role: LinearRole, matrix: Matrix)]

    init(_ rows: Int, of block: FrozenWeights.Block, in arena: Arena) {
      let width = block[.down].weight.columns
      if block.has(.gateUp) {
        let both = arena.matrix(rows, 2 * width)
        gate = both.columns(0..<width)
        up = both.columns(width..<2 * width)
        parts = [(.gateUp, both)]
        return
      }
      let up = arena.matrix(rows, width)
      let gate = block.has(.gate) ? arena.matrix(rows, width) : nil
      (self.gate, self.up) = (gate, up)
      parts = (gate.map { [(.gate, $0)] } ?? []) + [(.up, up)]
    }
  }

  /// - Parameters:
  ///   - x: the residual stream `[tokens, hidden]`, updated in place.
  ///   - input: what the sublayer reads: the stream, or in parallel blocks the block's input.
  ///   - needsOutput: false where only `saved` is wanted and `x` may keep its value.
  func forward(_ x: Matrix, reading input: Matrix, saved: SavedBlock?, needsOutput: Bool = true) {
    saved?.middle.store(input, with: compute)
    let arena = compute.arena
    arena.scoped {
      let inner = Inner(x.rows, of: block, in: arena)
      arena.scoped {
        linears.forward(
          inner.parts.map { ($0.role, $0.matrix) },
          from: linears.normed(linears.norms[linears.norms.readByFeedForward], input), saved: saved)
      }
      guard needsOutput || saved?.feedForwardOutput != nil else {
        linears.forward([(.down, nil)], from: activated(inner, saved), saved: saved)
        return
      }
      residual.forward(x, saved: saved?.feedForwardOutput) { y, accumulates in
        linears.forward(
          [(.down, y)], from: activated(inner, saved), accumulates: accumulates, saved: saved)
      }
    }
  }

  /// The activation, packed block by block; `saved` keeps what it is made of on the way.
  private func activated(_ inner: Inner, _ saved: SavedBlock?) -> BlockLinears.Input {
    let (gate, up) = (inner.gate, inner.up)
    if linears.areVectors {
      return .vectors(
        compute.packVectors(up) { rows in
          activation.forward(gate: gate?.rows(rows), up: up.rows(rows), into: up.rows(rows))
        })
    }
    let packed = compute.pack(rows: up.rows, depth: up.columns) { rows, scratch in
      let (gate, up) = (gate?.rows(rows), up.rows(rows))
      if let gate { saved?.gate?.store(gate, at: rows.lowerBound) }
      saved?.up.store(up, at: rows.lowerBound)
      let result = scratch.matrix(rows.count, up.columns)
      activation.forward(gate: gate, up: up, into: result)
      return result
    }
    return .rows(
      packed, matrix: { activated(rows: up.rows) { rows, _ in (gate?.rows(rows), up.rows(rows)) } })
  }

  /// The activation as a matrix, from blocks of what it is made of.
  private func activated(
    rows count: Int, _ blocks: @Sendable (Range<Int>, Arena) -> (gate: Matrix?, up: Matrix)
  ) -> Matrix {
    let result = compute.arena.matrix(count, block[.down].weight.columns)
    compute.forEachBlock(of: count, grain: 16) { rows, scratch in
      let (gate, up) = blocks(rows, scratch)
      activation.forward(gate: gate, up: up, into: result.rows(rows))
    }
    return result
  }

  /// - Parameter dx: the gradient of the sublayer's output; that of its input is added to it.
  func backward(_ dx: Matrix, saved: SavedBlock) {
    let arena = compute.arena
    arena.scoped {
      let gradients = Inner(dx.rows, of: block, in: arena)
      activationBackward(dx, saved, gradients)
      linears.backward(
        gradients.parts.map { ($0.role, $0.matrix) }, through: linears.norms.readByFeedForward,
        of: saved.middle, saved: saved, into: dx, rows: dx.rows)
    }
  }

  private func activationBackward(_ dx: Matrix, _ saved: SavedBlock, _ gradients: Inner) {
    let arena = compute.arena
    arena.scoped {
      @Sendable func kept(_ rows: Range<Int>, _ scratch: Arena) -> (gate: Matrix?, up: Matrix) {
        (saved.gate?.rows(rows, in: scratch), saved.up.rows(rows, in: scratch))
      }
      let isAdapted = linears.isAdapted([.down])
      let x = isAdapted ? activated(rows: dx.rows, kept) : nil
      let dActivation = arena.matrix(dx.rows, gradients.up.columns)
      linears.backward(
        [(.down, residual.backward(dx, saved: saved.feedForwardOutput))], x, saved: saved,
        dx: dActivation)
      compute.forEachBlock(of: dx.rows, grain: 16) { rows, scratch in
        let (gate, up) = kept(rows, scratch)
        activation.backward(
          gate: gate, up: up, dy: dActivation.rows(rows), dGate: gradients.gate?.rows(rows),
          dUp: gradients.up.rows(rows))
      }
    }
  }
}
