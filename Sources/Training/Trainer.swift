import Diagnostics
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

  /// Trains `adapter` in place; it ends at the last step even if an earlier one is the best.
  package func train(
    _ adapter: Adapter, on dataset: Dataset, rows: [Int],
    validation: TokenizedRows = TokenizedRows(),
    listener: (TrainingEvent) -> TrainingAnswer
  ) -> TrainingResult {
    let state = TrainingState(adapter: adapter, options: configuration.optimizer)
    return train(from: state, on: dataset, rows: rows, validation: validation, listener: listener)
  }

  /// Goes on from a state up to the configuration's length, and leaves the state as of the last step.
  ///
  /// - Parameters:
  ///   - dataset, rows: at least one row.
  ///   - validation: what `evaluationInterval` evaluates on.
  ///   - isAborted: asked often; once it is true the step in hand is given up.
  ///   - listener: told of every step; answers whether to go on.
  package func train(
    from state: TrainingState, on dataset: Dataset, rows: [Int],
    validation: TokenizedRows = TokenizedRows(), isAborted: @escaping () -> Bool = { false },
    listener: (TrainingEvent) -> TrainingAnswer
  ) -> TrainingResult {
    let plan = plan(of: dataset, rows: rows)
    precondition(plan.stepsPerEpoch > 0, "\(rows.count) rows to train on")
    let steps = configuration.stepCount(stepsPerEpoch: plan.stepsPerEpoch)
    var pass = TrainingPass(model: model, recomputes: configuration.recomputes)
    pass.smoothing = Float(configuration.labelSmoothing)
    pass.noise = configuration.noise
    pass.isAborted = isAborted
    let step = TrainingStep(
      pass: pass, adapter: state.adapter, optimizer: state.optimizer, compute: compute)
    var run = Run(from: state.steps, to: steps, pace: pace(of: plan, validation))
    var ending: TrainingResult.Ending?
    if listener(.started(step: state.steps, steps: steps)) == .stop { ending = .stopped }
    while ending == nil {
      // a resumed run first repeats an evaluation that was interrupted
      if configuration.evaluates(after: state.steps, of: steps),
        state.evaluatedStep != state.steps, !validation.isEmpty
      {
        ending = evaluate(state, on: validation, &run, listener)
      }
      if ending != nil || state.steps >= steps { break }
      if let pause = configuration.pause, state.steps >= pause {
        ending = .paused
      } else if let budget = configuration.budgetSeconds, run.result.steps > 0,
        run.seconds >= budget
      {
        ending = .budget
      } else {
        ending = advance(step, state, plan, validation: validation, &run, listener)
      }
    }
    return run.finish(
      state.steps < steps || ending == .notFinite ? ending ?? .completed : .completed)
  }

  /// The rows, of those given, that steps of a run have seen.
  package func rows(seenIn steps: Range<Int>, of dataset: Dataset, rows: [Int]) -> Set<Int> {
    let plan = plan(of: dataset, rows: rows)
    let perEpoch = plan.stepsPerEpoch
    var seen: Set<Int> = []
    guard perEpoch > 0, !steps.isEmpty else { return seen }
    for epoch in steps.lowerBound / perEpoch...(steps.upperBound - 1) / perEpoch {
      let order = plan.order(ofEpoch: epoch)
      let first = max(steps.lowerBound - epoch * perEpoch, 0)
      let last = min(steps.upperBound - epoch * perEpoch, perEpoch)
      seen.formUnion(order[order.indices.clamped(to: plan.places(ofSteps: first..<last))])
      if seen.count == order.count { break }
    }
    return seen
  }

  private func pace(of plan: BatchPlan, _ validation: TokenizedRows) -> TrainingPace {
    TrainingPace(
      tokensPerStep: Double(plan.tokensPerEpoch) / Double(plan.stepsPerEpoch),
      tokensPerEvaluation: Double(validation.outlines.reduce(0) { $0 + $1.count }))
  }

  private func plan(of dataset: Dataset, rows: [Int]) -> BatchPlan {
    BatchPlan(
      of: dataset, rows: rows, batch: configuration.batchSize,
      accumulate: configuration.accumulation,
      tokenBudget: configuration.packs ? configuration.tokensPerPass : 0,
      shuffleSeed: configuration.shuffles ? configuration.seed : nil)
  }

  /// Runs one step; returns why the run ends after it, or nil to continue.
  private func advance(
    _ step: TrainingStep, _ state: TrainingState, _ plan: BatchPlan,
    validation: TokenizedRows, _ run: inout Run, _ listener: (TrainingEvent) -> TrainingAnswer
  ) -> TrainingResult.Ending? {
    let index = state.steps
    let schedule = configuration.rates(of: run.steps)
    let rate = schedule.rate(at: index)
    let begin = run.seconds
    let report = step.runUnlessAborted(
      plan.step(index).batches, rate: rate,
      ownRates: configuration.ownRates.mapValues { schedule.rate(at: index, from: $0) },
      maxNorm: configuration.maxGradientNorm, dropoutSeed: dropoutSeed(step: index))
    guard let report else { return .aborted }
    guard report.isFinite else { return .notFinite }
    run.add(report, stepsPerEpoch: plan.stepsPerEpoch)
    run.pace.addStep(tokens: report.tokens, seconds: run.seconds - begin)
    let evaluations =
      validation.isEmpty ? 0 : configuration.evaluations(after: state.steps, of: run.steps)
    let progress = run.progress(report, rate: rate, evaluationsLeft: evaluations)
    return listener(.stepped(progress)) == .stop ? .stopped : nil
  }

  private func evaluate(
    _ state: TrainingState, on examples: TokenizedRows, _ run: inout Run,
    _ listener: (TrainingEvent) -> TrainingAnswer
  ) -> TrainingResult.Ending? {
    var isWhole = true
    let begin = run.seconds
    let evaluation = Evaluation(model: model, adapter: state.adapter, compute: compute)
    let score = evaluation.run(examples) { done, total in
      isWhole =
        listener(.evaluating(step: state.steps, done: done, total: total)) == .proceed
      return isWhole
    }
    guard isWhole else { return .stopped }
    run.pace.addEvaluation(seconds: run.seconds - begin)
    let loss = score.meanLoss
    guard loss.isFinite else {
      run.result.evaluations.append((state.steps, loss))
      _ = listener(.evaluated(step: state.steps, loss: loss))
      return .notFinite
    }
    run.result.evaluations.append((state.steps, loss))
    state.note(loss, keepsBest: configuration.keepsBest)
    if listener(.evaluated(step: state.steps, loss: loss)) == .stop { return .stopped }
    guard let patience = configuration.patience else { return nil }
    return state.evaluationsWithoutGain >= patience ? .patience : nil
  }

  private func dropoutSeed(step: Int) -> UInt64? {
    var stream = RandomGenerator(
      seed: configuration.seed, stream: "dropout step", index: UInt64(step))
    return stream.next()
  }

  /// What has happened so far.
  private struct Run {
    var result = TrainingResult()
    var pace: TrainingPace
    let steps: Int
    private let first: Int
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init(from first: Int, to steps: Int, pace: TrainingPace) {
      (self.first, self.steps, self.pace) = (first, steps, pace)
      start = clock.now
      result.plannedSteps = steps
    }

    var seconds: Double { (clock.now - start).seconds }

    mutating func add(_ report: TrainingStep.Report, stepsPerEpoch: Int) {
      result.steps += 1
      result.epochs = Double(result.steps) / Double(stepsPerEpoch)
      result.losses.append(report.loss)
      result.tokens += report.tokens
      result.trainedTokens += report.trainedTokens
    }

    func progress(
      _ report: TrainingStep.Report, rate: Double, evaluationsLeft: Int
    ) -> TrainingProgress {
      let step = first + result.steps
      return TrainingProgress(
        step: step, steps: steps, first: first, loss: report.loss,
        gradientNorm: report.gradientNorm, learningRate: rate, tokens: result.tokens,
        seconds: seconds,
        secondsLeft: pace.secondsLeft(steps: steps - step, evaluations: evaluationsLeft))
    }

    mutating func finish(_ ending: TrainingResult.Ending) -> TrainingResult {
      result.ending = ending
      result.seconds = seconds
      return result
    }
  }
}
