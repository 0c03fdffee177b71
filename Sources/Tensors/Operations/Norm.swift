import CKernels

/// Normalisation of each row.
///
/// Rows are independent, so both directions take any block of rows, inside a task or alone; rows of
/// a matrix must lie end to end.
package struct Norm: Sendable {
  package enum Kind: String, Sendable {
    /// Root mean square (arXiv 1910.07467): y = x · weight / sqrt(mean(x²) + ε).
    case rms
    /// LayerNorm (arXiv 1607.06450): y = (x − mean(x)) · weight / sqrt(variance(x) + ε) + bias.
    case layer
  }

  package let kind: Kind
  package let weight: [Float]
  /// Empty where nothing is added.
  package let bias: [Float]
  package let epsilon: Float

  package init(_ kind: Kind, weight: [Float], bias: [Float] = [], epsilon: Float) {
    precondition(
      bias.isEmpty || kind == .layer && bias.count == weight.count,
      "\(bias.count) biases for \(weight.count) weights of a norm (\(kind.rawValue))")
    self.kind = kind
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  /// - Parameters:
  ///   - x: `[tokens, hidden]`.
  ///   - y: `[tokens, hidden]`, may be `x` itself.
  package func forward(_ x: Matrix, into y: Matrix) {
    check(x, y)
    switch kind {
    case .rms: unsafe ck_rms_norm(x.base, weight, x.rows, x.columns, epsilon, y.base)
    case .layer:
      unsafe bias.withUnsafeBufferPointer { bias in
        let added = bias.isEmpty ? nil : bias.baseAddress
        unsafe ck_layer_norm(x.base, weight, added, x.rows, x.columns, epsilon, y.base)
      }
    }
  }

  /// Adds the gradient with respect to `x` to `dx`.
  package func backward(_ x: Matrix, dy: Matrix, into dx: Matrix) {
    check(x, dy)
    check(x, dx)
    switch kind {
    case .rms:
      unsafe ck_rms_norm_backward(x.base, weight, dy.base, x.rows, x.columns, epsilon, dx.base)
    case .layer:
      unsafe ck_layer_norm_backward(x.base, weight, dy.base, x.rows, x.columns, epsilon, dx.base)
    }
  }

  private func check(_ x: Matrix, _ y: Matrix) {
    precondition(
      x.columns == weight.count && y.columns == weight.count && x.rows == y.rows
        && x.stride == x.columns && y.stride == y.columns,
      "a norm of \(weight.count) weights over \(x.rows) × \(x.columns) (stride \(x.stride)) "
        + "into \(y.rows) × \(y.columns) (stride \(y.stride))")
  }

  /// The norm of all rows of `x`, in the arena.
  package func forward(_ x: Matrix, with compute: Compute) -> Matrix {
    let result = compute.arena.matrix(x.rows, x.columns)
    compute.forEachBlock(of: x.rows, grain: 64) { forward(x.rows($0), into: result.rows($0)) }
    return result
  }

  /// The norm of `x`, packed for products without ever being a whole matrix.
  package func packed(_ x: Matrix, with compute: Compute) -> PackedRows {
    compute.pack(rows: x.rows, depth: x.columns) { rows, scratch in
      let normed = scratch.matrix(rows.count, x.columns)
      forward(x.rows(rows), into: normed)
      return normed
    }
  }
}
