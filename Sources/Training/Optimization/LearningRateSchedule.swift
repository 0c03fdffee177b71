import Glibc

/// The learning rate of each step: linear warm-up, then constant, linear to zero, or half a cosine to
/// zero, as in transformers' `get_scheduler` but never spending a step at rate zero: step s of n warm-up
/// steps uses (s+1)/(n+1) of the rate.
package struct LearningRateSchedule: Sendable, Equatable {
  package enum Shape: String, Sendable, CaseIterable {
    case constant, linear, cosine
  }

  package let shape: Shape
  package let peak: Double
  package let warmupSteps: Int
  package let totalSteps: Int

  package init(shape: Shape, peak: Double, warmupSteps: Int, totalSteps: Int) {
    self.shape = shape
    self.peak = peak
    self.warmupSteps = max(0, min(warmupSteps, totalSteps))
    self.totalSteps = max(1, totalSteps)
  }

  /// The rate of step `step`, counted from 0.
  package func rate(at step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps + 1) }
    let remaining = max(1, totalSteps - warmupSteps)
    let progress = min(1, Double(step - warmupSteps) / Double(remaining))
    return switch shape {
    case .constant: peak
    case .linear: peak * (1 - progress)
    case .cosine: peak * 0.5 * (1 + cos(Double.pi * progress))
    }
  }
}
