import CKernels

/// What stands between the first layers of a feed-forward and its last, element by element, on any
/// block of rows.
package enum FeedForwardActivation: String, Sendable {
  /// SwiGLU (arXiv 2002.05202): y = silu(gate) · up.
  case swiGLU
  /// GEGLU (arXiv 2002.05202) with tanh in place of the error function: y = gelu(gate) · up.
  case geGLUTanh
  /// GELU (arXiv 1606.08415) with tanh in place of the error function, `gelu_new` of transformers.
  case geluTanh
  /// GELU with the error function, `gelu` of transformers.
  case gelu
  case relu
  /// The square of ReLU (arXiv 2109.08668), `relu2` of transformers.
  case squaredReLU
  /// GEGLU with the error function: y = gelu(gate) · up.
  case geGLU
  /// ReGLU (arXiv 2002.05202): y = relu(gate) · up.
  case reGLU

  /// Whether there is a gate beside `up`.
  package var isGated: Bool {
    switch self {
    case .swiGLU, .geGLUTanh, .geGLU, .reGLU: true
    case .geluTanh, .gelu, .relu, .squaredReLU: false
    }
  }

  /// All matrices are `[tokens, intermediate]`; `y` may be `gate` or `up`.
  package func forward(gate: Matrix?, up: Matrix, into y: Matrix) {
    check([gate, up], like: y)
    for row in 0..<y.rows {
      guard let gate else {
        let forward =
          switch self {
          case .gelu: unsafe ck_gelu
          case .relu: unsafe ck_relu
          case .squaredReLU: unsafe ck_relu2
          default: unsafe ck_gelu_tanh
          }
        unsafe forward(up.row(row), y.columns, y.row(row))
        continue
      }
      let forward =
        switch self {
        case .swiGLU: unsafe ck_swiglu
        case .geGLU: unsafe ck_geglu
        case .reGLU: unsafe ck_reglu
        default: unsafe ck_geglu_tanh
        }
      unsafe forward(gate.row(row), up.row(row), y.columns, y.row(row))
    }
  }

  /// `dGate` and `dUp` may be `gate` and `up`.
  package func backward(gate: Matrix?, up: Matrix, dy: Matrix, dGate: Matrix?, dUp: Matrix) {
    check([gate, up, dGate, dUp], like: dy)
    for row in 0..<dy.rows {
      guard let gate, let dGate else {
        let backward =
          switch self {
          case .gelu: unsafe ck_gelu_backward
          case .relu: unsafe ck_relu_backward
          case .squaredReLU: unsafe ck_relu2_backward
          default: unsafe ck_gelu_tanh_backward
          }
        unsafe backward(up.row(row), dy.row(row), dy.columns, dUp.row(row))
        continue
      }
      let backward =
        switch self {
        case .swiGLU: unsafe ck_swiglu_backward
        case .geGLU: unsafe ck_geglu_backward
        case .reGLU: unsafe ck_reglu_backward
        default: unsafe ck_geglu_tanh_backward
        }
      unsafe backward(
        gate.row(row), up.row(row), dy.row(row), dy.columns, dGate.row(row), dUp.row(row))
    }
  }

  private func check(_ matrices: [Matrix?], like y: Matrix) {
    let given = matrices.compactMap { $0 }
    precondition(
      given.count == (isGated ? matrices.count : matrices.count / 2),
      "\(given.count) of \(matrices.count) matrices of an activation (\(rawValue))")
    for matrix in given {
      precondition(
        matrix.rows == y.rows && matrix.columns == y.columns,
        "an activation of \(matrix.rows) × \(matrix.columns) beside \(y.rows) × \(y.columns)")
    }
  }
}
