import Models
import Tensors

/// Scaling of a whole gradient to at most a given length (arXiv 1211.5063; PyTorch's
/// `clip_grad_norm_`).
package enum GradientClipping {
  /// Clips in place; gives the length before. `limit` 0 only measures.
  package static func clip(_ gradient: AdapterVector, to limit: Double) -> Double {
    let norm = unsafe VectorUpdates.sumOfSquares(
      gradient.values, count: gradient.count
    ).squareRoot()
    if limit > 0, norm.isFinite, norm > limit {
      unsafe VectorUpdates.scale(
        gradient.values, by: Float(limit / (norm + 1e-6)), count: gradient.count)
    }
    return norm
  }
}
