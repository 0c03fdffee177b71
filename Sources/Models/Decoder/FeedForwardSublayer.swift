import CKernels
import Tensors

/// x += down_proj(silu(gate_proj(n)) · up_proj(n)) with n = norm(x): forward and backward.
struct FeedForwardSublayer {
  let block: FrozenWeights.Block
  let layer: Int
  let adapter: AdapterUse?
  let compute: Compute

  private func linear(_ module: TargetModule) -> LinearLayer {
    adapter.layer(block[module], layer, module)
  }

  /// - Parameters:
  ///   - x: the residual stream `[tokens, hidden]`, updated in place.
  ///   - needsOutput: false where only `saved` is wanted and `x` may keep its value.
  func forward(_ x: Matrix, saved: SavedBlock?, needsOutput: Bool = true) {
    saved?.middle.store(x, with: compute)
    let arena = compute.arena
    arena.scoped {
      let gate = arena.matrix(x.rows, block[.gate_proj].rows)
      let up = arena.matrix(x.rows, block[.up_proj].rows)
      arena.scoped {
        let norm = block.feedForwardNorm
        let packed = norm.packed(x, with: compute)
        for (module, y) in [(TargetModule.gate_proj, gate), (.up_proj, up)] {
          linear(module).forward(
            norm.forward(x, with: compute), packed: packed, into: y,
            reduced: saved?.reduced[module.index], with: compute)
        }
      }
      let packed = packedActivation(gate: gate, up: up, saved)
      linear(.down_proj).forward(
        activation(rows: x.rows) { rows, _ in (gate.rows(rows), up.rows(rows)) }, packed: packed,
        into: needsOutput ? x : nil, accumulates: true,
        reduced: saved?.reduced[TargetModule.down_proj.index], with: compute)
    }
  }

  /// silu(gate) · up, packed block by block; `saved` keeps gate and up on the way.
  private func packedActivation(gate: Matrix, up: Matrix, _ saved: SavedBlock?) -> PackedRows {
    compute.pack(rows: gate.rows, depth: gate.columns) { rows, scratch in
      let (gate, up) = (gate.rows(rows), up.rows(rows))
      saved?.gate.store(gate, at: rows.lowerBound)
      saved?.up.store(up, at: rows.lowerBound)
      let result = scratch.matrix(rows.count, gate.columns)
      GatedActivation.forward(gate: gate, up: up, into: result)
      return result
    }
  }

  /// silu(gate) · up as a matrix, from blocks of both.
  private func activation(
    rows count: Int, _ blocks: (Range<Int>, Arena) -> (gate: Matrix, up: Matrix)
  ) -> Matrix {
    let result = compute.arena.matrix(count, block[.gate_proj].rows)
    compute.forEachBlock(of: count, grain: 16) { rows, scratch in
      let (gate, up) = blocks(rows, scratch)
      GatedActivation.forward(gate: gate, up: up, into: result.rows(rows))
    }
    return result
  }

  /// - Parameter dx: the gradient of the sublayer's output; becomes that of its input.
  func backward(_ dx: Matrix, saved: SavedBlock) {
    let arena = compute.arena
    arena.scoped {
      let dGate = arena.matrix(dx.rows, block[.gate_proj].rows)
      let dUp = arena.matrix(dx.rows, block[.up_proj].rows)
      activationBackward(dx, saved, dGate, dUp)
      let norm = block.feedForwardNorm
      let isAdapted = [TargetModule.gate_proj, .up_proj].contains { linear($0).pair != nil }
      let normed = isAdapted ? norm.forward(saved.middle, rows: dx.rows, with: compute) : nil
      let dNormed = arena.matrix(dx.rows, dx.columns)
      for (module, dy) in [(TargetModule.gate_proj, dGate), (.up_proj, dUp)] {
        linear(module).backward(
          normed, reduced: saved.reduced[module.index], dy: dy,
          gradient: adapter?.gradientPair(layer, module), dx: dNormed,
          accumulatesDx: module == .up_proj, with: compute)
      }
      norm.backward(saved.middle, dy: dNormed, into: dx, with: compute)
    }
  }

  private func activationBackward(
    _ dx: Matrix, _ saved: SavedBlock, _ dGate: Matrix, _ dUp: Matrix
  ) {
    let arena = compute.arena
    arena.scoped {
      let down = linear(.down_proj)
      let activated = down.pair.map { _ in
        activation(rows: dx.rows) { (saved.gate.rows($0, in: $1), saved.up.rows($0, in: $1)) }
      }
      let dActivation = arena.matrix(dx.rows, dGate.columns)
      down.backward(
        activated, reduced: saved.reduced[TargetModule.down_proj.index], dy: dx,
        gradient: adapter?.gradientPair(layer, .down_proj), dx: dActivation, accumulatesDx: false,
        with: compute)
      compute.forEachBlock(of: dx.rows, grain: 16) { rows, scratch in
        GatedActivation.backward(
          gate: saved.gate.rows(rows, in: scratch), up: saved.up.rows(rows, in: scratch),
          dy: dActivation.rows(rows), dGate: dGate.rows(rows), dUp: dUp.rows(rows))
      }
    }
  }
}

extension Compute {
  /// y += x, row by row.
  func add(_ x: Matrix, to y: Matrix) {
    forEachBlock(of: x.rows, grain: 64) { rows in
      for row in rows { ck_add(y.row(row), x.row(row), x.columns) }
    }
  }
}
