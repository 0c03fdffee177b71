/// What a run tells while it goes on.
package enum TrainingEvent: Sendable {
  /// The run begins after `step`, which is 0 unless it was resumed.
  case started(step: Int, steps: Int)
  case stepped(TrainingProgress)
  /// An evaluation after `step` has done some of its examples.
  case evaluating(step: Int, done: Int, total: Int)
  case evaluated(step: Int, loss: Double)
}

/// The state of a run after a step.
package struct TrainingProgress: Sendable {
  /// Steps done, from 1, of `steps`; a resumed run counts on.
  package var step: Int
  package var steps: Int
  /// Steps done before the run was resumed.
  package var first: Int
  package var loss: Double
  package var gradientNorm: Double
  package var learningRate: Double
  /// Tokens processed so far.
  package var tokens: Int
  package var seconds: Double

  package var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }

  /// Seconds left at the pace so far, evaluations included.
  package var secondsLeft: Double
}

/// What the listener wants of the run.
package enum TrainingAnswer: Sendable {
  case proceed
  /// Stop now; what has been trained is kept.
  case stop
}

/// What a run came to.
package struct TrainingResult: Sendable {
  /// Why the last step was the last.
  package enum Ending: String, Sendable {
    case completed, stopped, budget
    /// At the step that the configuration names.
    case paused
    case notFinite = "not_finite"
    /// The step in hand was given up.
    case aborted
    /// Too many evaluations without a lower loss.
    case patience
  }

  package var ending = Ending.completed
  /// Steps done by this run, those before it was resumed left out.
  package var steps = 0
  /// What the run was to reach, those steps counted.
  package var plannedSteps = 0
  package var epochs = 0.0
  package var losses: [Double] = []
  /// Evaluations as (after step, loss).
  package var evaluations: [(step: Int, loss: Double)] = []
  package var tokens = 0
  package var trainedTokens = 0
  package var seconds = 0.0

  package var firstLoss: Double? { losses.first }

  /// Mean loss of the last tenth of the steps: one step's loss says little.
  package var loss: Double? {
    guard !losses.isEmpty else { return nil }
    let tail = losses.suffix(max(1, losses.count / 10))
    return tail.reduce(0, +) / Double(tail.count)
  }
}
