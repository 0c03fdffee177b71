import Tensors

/// How a sublayer's output y joins the residual stream: x += y, or x += scale · norm(y); forward and
/// backward.
struct ResidualUpdate {
  /// A norm of the output (Gemma 2, OLMo 2).
  let norm: Norm?
  /// A constant of the model (Granite).
  let scale: Float
  let compute: Compute

  /// Whether the output is added as it is, by the product that makes it.
  var isPlain: Bool { norm == nil && scale == 1 }

  /// - Parameters:
  ///   - saved: receives y where the backward pass needs it.
  ///   - write: writes y into a matrix, or adds it.
  func forward(
    _ x: Matrix, saved: StoredActivation?, write: (_ y: Matrix, _ accumulates: Bool) -> Void
  ) {
    guard !isPlain else { return write(x, true) }
    compute.arena.scoped {
      let y = compute.arena.matrix(x.rows, x.columns)
      write(y, false)
      saved?.store(y, with: compute)
      if let norm {
        compute.forEachBlock(of: y.rows, grain: 64) { norm.forward(y.rows($0), into: y.rows($0)) }
      }
      compute.scale(y, by: scale)
      compute.add(y, to: x)
    }
  }

  /// The gradient of y from that of x, in the arena; `dx` itself where nothing stands between.
  func backward(_ dx: Matrix, saved: StoredActivation?) -> Matrix {
    guard !isPlain else { return dx }
    let scaled = compute.arena.matrix(dx.rows, dx.columns)
    scaled.copy(from: dx)
    compute.scale(scaled, by: scale)
    guard let norm else { return scaled }
    guard let saved else { preconditionFailure("\(dx.rows) rows of a normed output, not kept") }
    let dy = compute.arena.matrix(dx.rows, dx.columns)
    dy.fill(0)
    norm.backward(saved, dy: scaled, into: dy, with: compute)
    return dy
  }
}

extension Compute {
  /// In place.
  func scale(_ x: Matrix, by factor: Float) {
    guard factor != 1 else { return }
    forEachBlock(of: x.rows, grain: 64) { rows in
      for row in rows { unsafe VectorUpdates.scale(x.row(row), by: factor, count: x.columns) }
    }
  }
}
