/// Every knob of a training run.
package struct TrainingConfiguration: Sendable, Equatable {
  /// How long to train.
  package enum Length: Sendable, Equatable {
    case epochs(Double)
    case steps(Int)
  }

  package var length: Length = .epochs(1)
  package var learningRate = 2e-4
  /// Examples of a step.
  package var batchSize = 8
  /// Multiplies the examples of a step; losses weigh by trained tokens, so that it equals a batch as
  /// much larger.
  package var accumulation = 1
  package var schedule = LearningRateSchedule.Shape.cosine
  /// Warm-up as a share of all steps, or as steps.
  package var warmup: Warmup = .share(0.03)
  package var optimizer = AdamW.Options()
  /// Longest gradient; 0 never clips.
  package var maxGradientNorm = 1.0
  package var shuffles = true
  /// Whether examples are worked on end to end; if not, one at a time.
  package var packs = true
  /// Seed of order and dropout.
  package var seed: UInt64 = 0
  /// Steps between evaluations; nil for none.
  package var evaluationInterval: Int?
  /// Whether the run comes to the adapter of its best evaluation; the last step is then evaluated too.
  package var keepsBest = false
  /// Evaluations in a row without a lower loss after which the run ends; nil for no limit.
  package var patience: Int?
  /// Seconds after which no new step begins; nil for no limit.
  package var budgetSeconds: Double?
  package var recomputes = false
  /// Most tokens of one pass; a step above it takes several passes with the same gradient.
  package var tokensPerPass = 1024

  package enum Warmup: Sendable, Equatable {
    case share(Double)
    case steps(Int)
  }

  package init() {}

  /// Steps of a run whose epochs have that many.
  package func stepCount(stepsPerEpoch: Int) -> Int {
    switch length {
    case .steps(let steps): max(1, steps)
    case .epochs(let epochs): max(1, Int((epochs * Double(stepsPerEpoch)).rounded(.up)))
    }
  }

  /// Whether an evaluation comes after `step` of `total` steps.
  func evaluates(after step: Int, of total: Int) -> Bool {
    guard let evaluationInterval, step > 0 else { return false }
    if step >= total { return keepsBest }
    return step % evaluationInterval == 0
  }

  package func warmupSteps(of total: Int) -> Int {
    switch warmup {
    case .steps(let steps): steps
    case .share(let share): Int((share * Double(total)).rounded(.up))
    }
  }
}
