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

  /// - Parameter x: the residual stream `[tokens, hidden]`, updated in place.
  func forward(_ x: Matrix, saved: SavedBlock?) {
    saved?.middle.store(x, with: compute)
    let arena = compute.arena
    arena.scoped {
      let gate = arena.matrix(x.rows, block[.gate_proj].rows)
      let up = arena.matrix(x.rows, block[.up_proj].rows)
      arena.scoped {
        let (normed, _) = normalise(x)
        let packed = compute.pack(normed)
        for (module, y) in [(TargetModule.gate_proj, gate), (.up_proj, up)] {
          linear(module).forward(
            normed, packed: packed, into: y, reduced: saved?.reduced[module.index], with: compute)
        }
      }
      saved?.gate.store(gate, with: compute)
      saved?.up.store(up, with: compute)
      GatedActivation.forward(gate: gate, up: up, into: gate, with: compute)
      let y = arena.matrix(x.rows, x.columns)
      linear(.down_proj).forward(
        gate, packed: compute.pack(gate), into: y,
        reduced: saved?.reduced[TargetModule.down_proj.index], with: compute)
      compute.add(y, to: x)
    }
  }

  private func normalise(_ x: Matrix) -> (normed: Matrix, inverse: UnsafeMutablePointer<Float>) {
    let normed = compute.arena.matrix(x.rows, x.columns)
    let inverse = compute.arena.matrix(1, x.rows).base
    block.feedForwardNorm.forward(x, into: normed, inverse: inverse, with: compute)
    return (normed, inverse)
  }

  /// - Parameter dx: the gradient of the sublayer's output; becomes that of its input.
  func backward(_ dx: Matrix, saved: SavedBlock) {
    let arena = compute.arena
    arena.scoped {
      let gate = arena.matrix(dx.rows, block[.gate_proj].rows)
      let up = arena.matrix(dx.rows, block[.up_proj].rows)
      saved.gate.load(into: gate, with: compute)
      saved.up.load(into: up, with: compute)
      activationBackward(dx, gate: gate, up: up, saved)
      let middle = saved.middle.load(with: compute)
      let (normed, inverse) = normalise(middle)
      let dNormed = arena.matrix(dx.rows, dx.columns)
      for (module, dy) in [(TargetModule.gate_proj, gate), (.up_proj, up)] {
        linear(module).backward(
          normed, reduced: saved.reduced[module.index], dy: dy,
          gradient: adapter?.gradientPair(layer, module), dx: dNormed,
          accumulatesDx: module == .up_proj, with: compute)
      }
      block.feedForwardNorm.backward(
        middle, inverse: inverse, dy: dNormed, into: dx, with: compute)
    }
  }

  /// Turns gate and up into their gradients.
  private func activationBackward(_ dx: Matrix, gate: Matrix, up: Matrix, _ saved: SavedBlock) {
    let arena = compute.arena
    arena.scoped {
      let dActivation = arena.matrix(dx.rows, gate.columns)
      func activation() -> Matrix {
        let result = arena.matrix(gate.rows, gate.columns)
        GatedActivation.forward(gate: gate, up: up, into: result, with: compute)
        return result
      }
      linear(.down_proj).backward(
        activation(), reduced: saved.reduced[TargetModule.down_proj.index], dy: dx,
        gradient: adapter?.gradientPair(layer, .down_proj), dx: dActivation, accumulatesDx: false,
        with: compute)
      GatedActivation.backward(
        gate: gate, up: up, dy: dActivation, dGate: gate, dUp: up, with: compute)
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
