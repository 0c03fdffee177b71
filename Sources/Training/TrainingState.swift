import Models

/// Where a run stands: all that it needs to go on as if it had never stopped. Everything else is a
/// function of the number of the step.
package final class TrainingState {
  /// The adapter of an evaluation.
  package struct Evaluated {
    package let step: Int
    package let loss: Double
    package let adapter: Adapter
  }

  /// As the last step left it.
  package let adapter: Adapter
  let optimizer: Optimizer
  /// The best evaluation so far, of runs that keep the best.
  package private(set) var best: Evaluated?
  /// The lowest loss of an evaluation.
  private var lowestLoss: Double?
  private(set) var evaluationsWithoutGain = 0
  /// The step after which was evaluated last.
  private(set) var evaluatedStep: Int?

  /// The state before the first step; training changes `adapter` in place.
  package init(adapter: Adapter, options: OptimizerOptions) {
    self.adapter = adapter
    optimizer = Optimizer(options, layout: adapter.parameters.layout)
  }

  private init(_ other: TrainingState, options: OptimizerOptions) {
    adapter = other.adapter.copy()
    optimizer = other.optimizer.copy(
      options: options, layout: adapter.parameters.layout)
    best = other.best
    lowestLoss = other.lowestLoss
    evaluationsWithoutGain = other.evaluationsWithoutGain
    evaluatedStep = other.evaluatedStep
  }

  /// The state of a run that has been written to a file.
  ///
  /// - Parameters:
  ///   - evaluations: all of the run, in order.
  ///   - best: the best of them, of a run that keeps it.
  init(
    adapter: Adapter, optimizer: Optimizer, evaluations: [(step: Int, loss: Double)],
    best: Evaluated?
  ) {
    self.adapter = adapter
    self.optimizer = optimizer
    for evaluation in evaluations { count(evaluation.loss, after: evaluation.step) }
    self.best = best
  }

  /// A state that can go on without touching this one.
  ///
  /// - Parameter options: with the optimizer of this state.
  package func copy(options: OptimizerOptions) -> TrainingState {
    TrainingState(self, options: options)
  }

  /// Steps done.
  package var steps: Int { optimizer.updates }

  /// What the run came to by now: the best adapter or, where there is none, the last one.
  package var kept: (step: Int, adapter: Adapter) {
    best.map { ($0.step, $0.adapter) } ?? (steps, adapter)
  }

  func note(_ loss: Double, keepsBest: Bool) {
    if count(loss, after: steps), keepsBest {
      best = Evaluated(step: steps, loss: loss, adapter: adapter.copy())
    }
  }

  /// Counts an evaluation; gives whether its loss is the lowest so far.
  @discardableResult
  private func count(_ loss: Double, after step: Int) -> Bool {
    evaluatedStep = step
    guard loss < lowestLoss ?? .infinity else {
      evaluationsWithoutGain += 1
      return false
    }
    lowestLoss = loss
    evaluationsWithoutGain = 0
    return true
  }
}
