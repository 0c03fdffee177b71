import Glibc

/// The learning rate of each step: linear warm-up, then a shape, as in transformers' `get_scheduler` but
/// never spending a step at rate zero: step s of n warm-up steps uses (s+1)/(n+1) of the rate.
package struct LearningRateSchedule: Sendable, Equatable {
  /// How the rate goes on after the warm-up, mostly by transformers' names.
  package enum Shape: String, Sendable, CaseIterable {
    /// Half a cosine to zero.
    case cosine
    /// A straight line to zero.
    case linear
    /// No fall at all.
    case constant
    /// `(1 − progress)^power`.
    case polynomial
    /// As many halves of a cosine as there are cycles, each from the peak.
    case restarts = "cosine_with_restarts"
    /// Constant, then half a cosine to zero over the last steps (warm-up, stable,
    /// decay: arXiv 2404.06395).
    case stableThenDecay = "wsd"
  }

  package var shape: Shape
  package var peak: Double
  package var warmupSteps: Int
  package var totalSteps: Int
  /// Of `polynomial`.
  package var power = 1.0
  /// Of `cosine_with_restarts`.
  package var cycles = 1
  /// The last steps, in which the rate of `wsd` falls.
  package var decaySteps = 0

  package init(shape: Shape, peak: Double, warmupSteps: Int, totalSteps: Int) {
    self.shape = shape
    self.peak = peak
    self.warmupSteps = max(0, min(warmupSteps, totalSteps))
    self.totalSteps = max(1, totalSteps)
  }

  /// The rate of step `step`, counted from 0.
  package func rate(at step: Int) -> Double { rate(at: step, from: peak) }

  /// The same of something that has another peak.
  package func rate(at step: Int, from peak: Double) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps + 1) }
    let remaining = max(1, totalSteps - warmupSteps)
    let progress = min(1, Double(step - warmupSteps) / Double(remaining))
    return switch shape {
    case .constant: peak
    case .linear: peak * (1 - progress)
    case .cosine: peak * Self.halfCosine(progress)
    case .polynomial: peak * pow(1 - progress, power)
    case .restarts:
      peak * Self.halfCosine((progress * Double(cycles)).truncatingRemainder(dividingBy: 1))
    case .stableThenDecay: peak * Self.halfCosine(progressOfDecay(at: step))
    }
  }

  private func progressOfDecay(at step: Int) -> Double {
    let steps = max(1, min(decaySteps, totalSteps - warmupSteps))
    return Double(max(0, step - (totalSteps - steps))) / Double(steps)
  }

  /// From 1 at 0 to 0 at 1.
  private static func halfCosine(_ progress: Double) -> Double {
    0.5 * (1 + cos(Double.pi * progress))
  }
}
