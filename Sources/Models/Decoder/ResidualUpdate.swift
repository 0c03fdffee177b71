import Tensors

/// How a sublayer's output y joins the residual stream: x += y, x += scale · norm(y), or x = norm(x + y);
/// forward and backward.
struct ResidualUpdate {
  private let linears: BlockLinears
  private let role: BlockNormRole
  /// A norm of the output (Gemma 2, OLMo 2), or of the stream with it (OPT-350m).
  private let norm: Norm?
  /// A constant of the model (Granite).
  private let scale: Float

  /// - Parameter role: which norm of the block it is, where the block has it.
  init(_ linears: BlockLinears, norm role: BlockNormRole, scale: Float) {
    (self.linears, self.role, self.scale) = (linears, role, scale)
    norm = linears.norms[role]
  }

  private var compute: Compute { linears.compute }
  private var isOfSum: Bool { linears.norms.areOfSums }

  /// Whether the output is added as it is, by the product that makes it.
  var isPlain: Bool { norm == nil && scale == 1 }

  /// - Parameters:
  ///   - saved: receives what the norm reads, where the backward pass needs it.
  ///   - write: writes y into a matrix, or adds it.
  func forward(
    _ x: Matrix, saved: StoredActivation?, write: (_ y: Matrix, _ accumulates: Bool) -> Void
  ) {
    guard !isPlain else { return write(x, true) }
    if isOfSum, let norm {
      write(x, true)
      saved?.store(x, with: compute)
      return compute.forEachBlock(of: x.rows, grain: 64) {
        norm.forward(x.rows($0), into: x.rows($0))
      }
    }
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

  /// The gradient of y from that of x, in the arena; `dx` itself where nothing stands between, or where the
  /// norm is of the sum, whose gradient `dx` becomes.
  func backward(_ dx: Matrix, saved: StoredActivation?) -> Matrix {
    guard !isPlain else { return dx }
    if isOfSum {
      dx.copy(from: normBackward(dx, saved: saved))
      return dx
    }
    let scaled = compute.arena.matrix(dx.rows, dx.columns)
    scaled.copy(from: dx)
    compute.scale(scaled, by: scale)
    return norm == nil ? scaled : normBackward(scaled, saved: saved)
  }

  /// The gradient of what the norm reads from that of what it gives, in the arena.
  private func normBackward(_ dNormed: Matrix, saved: StoredActivation?) -> Matrix {
    guard let norm, let saved else {
      preconditionFailure("\(dNormed.rows) rows of a normed output, not kept")
    }
    let result = compute.arena.matrix(dNormed.rows, dNormed.columns)
    result.fill(0)
    norm.backward(saved, dy: dNormed, into: result, with: compute)
    let place = NormPlace.block(linears.layer, role)
    if let adapter = linears.adapter, adapter.trains(place) {
      compute.arena.scoped {
        adapter.addGradients(
          of: norm, at: place, reading: saved.load(with: compute), dy: dNormed, with: compute)
      }
    }
    return result
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
