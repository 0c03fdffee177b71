import Tensors

/// x += down(activation(gate(n), up(n))) with n = norm(x), or without a gate: forward and backward.
struct FeedForwardSublayer {
  let linears: BlockLinears
  let activation: FeedForwardActivation

  private var block: FrozenWeights.Block { linears.block }
  private var compute: Compute { linears.compute }

  /// The outputs of the first layers, or their gradients, `[tokens, intermediate]`.
  private struct Inner {
    let gate: Matrix?
    let up: Matrix

    init(_ rows: Int, of block: FrozenWeights.Block, in arena: Arena) {
      gate = block.has(.gate) ? arena.matrix(rows, block[.gate].weight.rows) : nil
      up = arena.matrix(rows, block[.up].weight.rows)
    }

    /// The layers that write them.
    var parts: [(role: LinearRole, matrix: Matrix)] {
      (gate.map { [(.gate, $0)] } ?? []) + [(.up, up)]
    }
  }

  /// - Parameters:
  ///   - x: the residual stream `[tokens, hidden]`, updated in place.
  ///   - needsOutput: false where only `saved` is wanted and `x` may keep its value.
  func forward(_ x: Matrix, saved: SavedBlock?, needsOutput: Bool = true) {
    saved?.middle.store(x, with: compute)
    let arena = compute.arena
    arena.scoped {
      let inner = Inner(x.rows, of: block, in: arena)
      arena.scoped {
        linears.forward(
          inner.parts.map { ($0.role, $0.matrix) },
          from: linears.normed(block.feedForwardNorm, x), saved: saved)
      }
      linears.forward(
        [(.down, needsOutput ? x : nil)], from: activated(inner, saved), accumulates: true,
        saved: saved)
    }
  }

  /// The activation, packed block by block; `saved` keeps what it is made of on the way.
  private func activated(_ inner: Inner, _ saved: SavedBlock?) -> BlockLinears.Input {
    let (gate, up) = (inner.gate, inner.up)
    if linears.isVector {
      activation.forward(gate: gate, up: up, into: up)
      return .vector(up)
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
    let result = compute.arena.matrix(count, block[.up].weight.rows)
    compute.forEachBlock(of: count, grain: 16) { rows, scratch in
      let (gate, up) = blocks(rows, scratch)
      activation.forward(gate: gate, up: up, into: result.rows(rows))
    }
    return result
  }

  /// - Parameter dx: the gradient of the sublayer's output; becomes that of its input.
  func backward(_ dx: Matrix, saved: SavedBlock) {
    let arena = compute.arena
    arena.scoped {
      let gradients = Inner(dx.rows, of: block, in: arena)
      activationBackward(dx, saved, gradients)
      let norm = block.feedForwardNorm
      let isAdapted = linears.isAdapted(gradients.parts.map(\.role))
      let normed = isAdapted ? norm.forward(saved.middle, rows: dx.rows, with: compute) : nil
      let dNormed = arena.matrix(dx.rows, dx.columns)
      linears.backward(
        gradients.parts.map { ($0.role, $0.matrix) }, normed, saved: saved, dx: dNormed)
      norm.backward(saved.middle, dy: dNormed, into: dx, with: compute)
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
      linears.backward([(.down, dx)], x, saved: saved, dx: dActivation)
      compute.forEachBlock(of: dx.rows, grain: 16) { rows, scratch in
        let (gate, up) = kept(rows, scratch)
        activation.backward(
          gate: gate, up: up, dy: dActivation.rows(rows), dGate: gradients.gate?.rows(rows),
          dUp: gradients.up.rows(rows))
      }
    }
  }
}
