import CKernels

/// Root-mean-square normalisation (arXiv 1910.07467): y = x · weight / sqrt(mean(x²) + ε).
package struct RMSNorm: Sendable {
  package let weight: [Float]
  package let epsilon: Float

  package init(weight: [Float], epsilon: Float) {
    self.weight = weight
    self.epsilon = epsilon
  }

  /// - Parameters:
  ///   - x: `[tokens, hidden]`.
  ///   - y: `[tokens, hidden]`, may be `x` itself.
  ///   - inverse: `[tokens]`, receives 1/sqrt(mean(x²) + ε) for the backward pass.
  package func forward(
    _ x: Matrix, into y: Matrix, inverse: UnsafeMutablePointer<Float>, with compute: Compute
  ) {
    compute.forEachBlock(of: x.rows, grain: 64) { rows in
      ck_rms_norm(
        x.row(rows.lowerBound), weight, rows.count, x.columns, epsilon, y.row(rows.lowerBound),
        inverse + rows.lowerBound)
    }
  }

  /// Adds the gradient with respect to `x` to `dx`.
  package func backward(
    _ x: Matrix, inverse: UnsafePointer<Float>, dy: Matrix, into dx: Matrix, with compute: Compute
  ) {
    compute.forEachBlock(of: x.rows, grain: 64) { rows in
      ck_rms_norm_backward(
        x.row(rows.lowerBound), weight, inverse + rows.lowerBound, dy.row(rows.lowerBound),
        rows.count, x.columns, dx.row(rows.lowerBound))
    }
  }
}
