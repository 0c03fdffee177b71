import CKernels

/// The SwiGLU activation (arXiv 2002.05202): y = silu(gate) · up, element by element, on any block of
/// rows.
package enum GatedActivation {
  /// All matrices are `[tokens, intermediate]`; `y` may be `gate` or `up`.
  package static func forward(gate: Matrix, up: Matrix, into y: Matrix) {
    check([gate, up], like: y)
    for row in 0..<y.rows { ck_swiglu(gate.row(row), up.row(row), y.columns, y.row(row)) }
  }

  /// `dGate` and `dUp` may be `gate` and `up`.
  package static func backward(gate: Matrix, up: Matrix, dy: Matrix, dGate: Matrix, dUp: Matrix) {
    check([gate, up, dGate, dUp], like: dy)
    for row in 0..<dy.rows {
      ck_swiglu_backward(
        gate.row(row), up.row(row), dy.row(row), dy.columns, dGate.row(row), dUp.row(row))
    }
  }

  private static func check(_ matrices: [Matrix], like y: Matrix) {
    for matrix in matrices {
      precondition(
        matrix.rows == y.rows && matrix.columns == y.columns,
        "an activation of \(matrix.rows) × \(matrix.columns) beside \(y.rows) × \(y.columns)")
    }
  }
}
