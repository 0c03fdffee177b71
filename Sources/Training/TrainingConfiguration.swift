import Models

/// Every knob of a training run.
package struct TrainingConfiguration: Sendable, Equatable {
  /// How long to train.
  package enum Length: Sendable, Equatable {
    case epochs(Double)
    case steps(Int)
  }

  package var length: Length = .epochs(1)
  package var learningRate = 2e-4
  /// Of modules that have another, in place of `learningRate`.
  package var ownRates: [ModulePlace: Double] = [:]
  /// Examples of a step.
  package var batchSize = 8
  /// Multiplies the examples of a step; losses weigh by trained tokens, so that it equals a batch as
  /// much larger.
  package var accumulation = 1
  package var schedule = LearningRateSchedule.Shape.cosine
  /// Exponent of a polynomial schedule.
  package var power = 1.0
  /// Cycles of a schedule with restarts.
  package var cycles = 1
  /// Warm-up as a share of all steps, or as steps.
  package var warmup: Extent = .share(0.03)
  /// The last steps of a schedule that is stable and then decays.
  package var decay: Extent = .share(0.2)
  package var optimizer = OptimizerOptions()
  /// Longest gradient; 0 never clips.
  package var maxGradientNorm = 1.0
  /// ε of label smoothing: the share of the probability that is spread over all tokens.
  package var labelSmoothing = 0.0
  /// Alpha of the noise on embeddings (NEFTune); 0 for none.
  package var noise = 0.0
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
  /// The step after which the run pauses, as if it had been stopped there; nil for none.
  package var pause: Int?
  /// Seconds after which no new step begins; nil for no limit.
  package var budgetSeconds: Double?
  package var recomputes = false
  /// Most tokens of one pass; a step above it takes several passes with the same gradient.
  package var tokensPerPass = 1024

  /// A share of all steps, or a number of them.
  package enum Extent: Sendable, Equatable {
    case share(Double)
    case steps(Int)

    func steps(of total: Int) -> Int {
      switch self {
      case .steps(let steps): steps
      case .share(let share): Int((share * Double(total)).rounded(.up))
      }
    }
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

  /// How many evaluations come after `step`, up to the end of `total` steps.
  func evaluations(after step: Int, of total: Int) -> Int {
    guard let evaluationInterval else { return 0 }
    let atEnd = evaluates(after: total, of: total) ? 1 : 0
    guard step < total else { return atEnd }
    let between = (total - 1) / evaluationInterval - step / evaluationInterval
    return (evaluates(after: step, of: total) ? 1 : 0) + between + atEnd
  }

  /// The rates of a run of `total` steps.
  package func rates(of total: Int) -> LearningRateSchedule {
    var rates = LearningRateSchedule(
      shape: schedule, peak: learningRate, warmupSteps: warmup.steps(of: total), totalSteps: total)
    rates.power = power
    rates.cycles = cycles
    rates.decaySteps = decay.steps(of: total)
    return rates
  }
}
