import CKernels

/// What becomes of scores before their softmax: y = scale · x, or with a cap y = cap · tanh(scale · x / cap)
/// (Gemma 2, arXiv 2408.00118), which never reaches the cap.
package struct ScoreScaling: Sendable, Equatable {
  package var scale: Float
  package var cap: Float?

  package init(scale: Float = 1, cap: Float? = nil) {
    precondition(cap.map { $0 > 0 } ?? true, "scores capped at \(cap ?? 0)")
    self.scale = scale
    self.cap = cap
  }

  package var isNeutral: Bool { scale == 1 && cap == nil }

  /// In place.
  package func forward(_ scores: UnsafeMutablePointer<Float>, count: Int) {
    if let cap {
      unsafe ck_softcap(scores, count, scale, cap)
    } else if scale != 1 {
      unsafe ck_scale(scores, scale, count)
    }
  }

  /// Turns the gradient with respect to `y` into that with respect to x.
  package func backward(
    _ y: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, count: Int
  ) {
    if let cap {
      unsafe ck_softcap_backward(y, count, scale, cap, gradient)
    } else if scale != 1 {
      unsafe ck_scale(gradient, scale, count)
    }
  }
}
