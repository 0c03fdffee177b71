import Models
import Tensors

/// The training loop: which examples each step sees, when to evaluate, when to end.
package struct Trainer {
  package let model: DecoderModel
  package let configuration: TrainingConfiguration
  package let compute: Compute

  package init(model: DecoderModel, configuration: TrainingConfiguration, compute: Compute) {
    self.model = model
    self.configuration = configuration
    self.compute = compute
  }

  /// Trains `adapter` in place.
  ///
  /// - Parameters:
  ///   - dataset, rows: at least one row.
  ///   - validation: what `evaluationInterval` evaluates on.
  ///   - listener: told of every step; answers whether to go on.
  package func train(
    _ adapter: Adapter, on dataset: Dataset, rows: [Int], validation: [TokenizedExample] = [],
    listener: (TrainingEvent) -> TrainingAnswer
  ) -> TrainingResult {
    let plan = BatchPlan(
      of: dataset, rows: rows, batch: configuration.batchSize,
      accumulate: configuration.accumulation,
      tokenBudget: configuration.packs ? configuration.tokensPerPass : 0,
      shuffleSeed: configuration.shuffles ? configuration.seed : nil)
    let steps = configuration.stepCount(stepsAnEpoch: plan.stepsAnEpoch)
    let schedule = LearningRateSchedule(
      shape: configuration.schedule, peak: configuration.learningRate,
      warmupSteps: configuration.warmupSteps(of: steps), totalSteps: steps)
    let step = TrainingStep(
      pass: TrainingPass(model: model, recomputes: configuration.recomputes), adapter: adapter,
      optimizer: AdamW(layout: adapter.parameters.layout, options: configuration.optimizer),
      compute: compute)
    var run = Run(steps: steps)
    guard listener(.started(steps: steps)) == .proceed else { return run.finish(.stopped) }
    for index in 0..<steps {
      let rate = schedule.rate(at: index)
      let report = step.run(
        plan.step(index).batches, rate: rate, maxNorm: configuration.maxGradientNorm,
        dropoutSeed: dropoutSeed(step: index))
      guard report.isFinite else { return run.finish(.not_finite) }
      run.add(report)
      run.result.epochs = Double(run.result.steps) / Double(plan.stepsAnEpoch)
      var answer = listener(.stepped(run.progress(report, rate: rate)))
      if answer == .proceed, let interval = configuration.evaluationInterval,
        (index + 1) % interval == 0, index + 1 < steps, !validation.isEmpty
      {
        answer = evaluate(adapter, on: validation, &run, listener)
      }
      if answer == .stop { return run.finish(index + 1 < steps ? .stopped : .completed) }
      if let budget = configuration.budgetSeconds, run.seconds >= budget, index + 1 < steps {
        return run.finish(.budget)
      }
    }
    return run.finish(.completed)
  }

  private func evaluate(
    _ adapter: Adapter, on examples: [TokenizedExample], _ run: inout Run,
    _ listener: (TrainingEvent) -> TrainingAnswer
  ) -> TrainingAnswer {
    let loss = Evaluation(model: model, adapter: adapter, compute: compute).run(examples).meanLoss
    run.result.evaluations.append((run.result.steps, loss))
    return listener(.evaluated(step: run.result.steps, loss: loss))
  }

  private func dropoutSeed(step: Int) -> UInt64? {
    var stream = RandomGenerator(
      seed: configuration.seed, stream: "dropout step", index: UInt64(step))
    return stream.next()
  }

  /// What has happened so far.
  private struct Run {
    var result = TrainingResult()
    let steps: Int
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init(steps: Int) {
      self.steps = steps
      start = clock.now
    }

    var seconds: Double { (clock.now - start).seconds }

    mutating func add(_ report: TrainingStep.Report) {
      result.steps += 1
      result.losses.append(report.loss)
      result.tokens += report.tokens
      result.trainedTokens += report.trainedTokens
    }

    func progress(_ report: TrainingStep.Report, rate: Double) -> TrainingProgress {
      TrainingProgress(
        step: result.steps, steps: steps, loss: report.loss, gradientNorm: report.gradientNorm,
        learningRate: rate, tokens: result.tokens, seconds: seconds)
    }

    mutating func finish(_ ending: TrainingResult.Ending) -> TrainingResult {
      result.ending = ending
      result.seconds = seconds
      return result
    }
  }
}
