import CKernels
import Models

/// Scaling of a whole gradient to at most a given length (arXiv 1211.5063; PyTorch's
/// `clip_grad_norm_`).
package enum GradientClipping {
  /// Clips in place; gives the length before. `limit` 0 only measures.
  package static func clip(_ gradient: AdapterVector, to limit: Double) -> Double {
    let norm = ck_sum_of_squares(gradient.values, gradient.count).squareRoot()
    if limit > 0, norm.isFinite, norm > limit {
      ck_scale(gradient.values, Float(limit / (norm + 1e-6)), gradient.count)
    }
    return norm
  }
}
