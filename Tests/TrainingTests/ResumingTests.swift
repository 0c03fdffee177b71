import Models
import Tensors
import TestSupport
import Testing
import Training

/// Runs that stop and go on, keep their best adapter, or give up a step.
@Suite struct ResumingTests {
  private let model: DecoderModel
  private let data: Dataset

  init() throws {
    model = try LoadedModel(path: References.path("tiny-llama/hf")).decoder
    data = try squares()
  }

  private func configuration(steps: Int) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.length = .steps(steps)
    configuration.batchSize = 4
    configuration.learningRate = 1e-2
    configuration.seed = 5
    return configuration
  }

  private func newState(_ configuration: TrainingConfiguration) -> TrainingState {
    let adapter = Adapter(
      configuration: LoRAConfiguration(rank: 4, dropout: 0.1), model: model.description, seed: 1)
    return TrainingState(adapter: adapter, options: configuration.optimizer)
  }

  private func train(
    _ state: TrainingState, _ configuration: TrainingConfiguration,
    isAborted: @escaping () -> Bool = { false },
    listener: (TrainingEvent) -> TrainingAnswer
  ) -> TrainingResult {
    Trainer(
      model: model, configuration: configuration,
      compute: Compute(threadCount: 2, precision: .f32)
    ).train(
      from: state, on: data, rows: Array(0..<10), validation: data.tokenized.choosing([0, 1]),
      isAborted: isAborted, listener: listener)
  }

  private func train(
    _ state: TrainingState, _ configuration: TrainingConfiguration
  ) -> TrainingResult {
    train(state, configuration) { _ in .proceed }
  }

  private func numbers(_ adapter: Adapter) -> [Float] {
    let parameters = adapter.parameters
    return (0..<parameters.count).map { parameters.values[$0] }
  }

  /// Stops after a step, or in the middle of the evaluation that follows it.
  private func stop(after step: Int, inEvaluation: Bool) -> (TrainingEvent) -> TrainingAnswer {
    { event in
      switch event {
      case .stepped(let progress): progress.step == step && !inEvaluation ? .stop : .proceed
      case .evaluating(let evaluated, _, _): evaluated == step && inEvaluation ? .stop : .proceed
      default: .proceed
      }
    }
  }

  @Test(arguments: [1, 4, 9], [false, true])
  func `a run that is stopped and resumed comes to the same bits`(
    step: Int, inEvaluation: Bool
  ) throws {
    var configuration = configuration(steps: 10)
    configuration.evaluationInterval = inEvaluation ? step : 3
    configuration.keepsBest = true
    let whole = newState(configuration)
    let expected = train(whole, configuration)
    let stopped = newState(configuration)
    let first = train(
      stopped, configuration, listener: stop(after: step, inEvaluation: inEvaluation))
    #expect(first.ending == .stopped)
    #expect(stopped.steps == step)
    let before = numbers(stopped.adapter)
    let resumed = stopped.copy(options: configuration.optimizer)
    let second = train(resumed, configuration)
    #expect(first.losses + second.losses == expected.losses)
    #expect(
      (first.evaluations + second.evaluations).map(\.loss) == expected.evaluations.map(\.loss))
    #expect(numbers(resumed.adapter) == numbers(whole.adapter))
    #expect(resumed.kept.step == whole.kept.step)
    #expect(numbers(resumed.kept.adapter) == numbers(whole.kept.adapter))
    #expect(numbers(stopped.adapter) == before, "the state that was copied stays")
  }

  @Test(arguments: OptimizerName.allCases)
  func `a run that pauses and goes on comes to the same bits`(optimizer: OptimizerName) {
    var configuration = configuration(steps: 9)
    configuration.optimizer = OptimizerOptions(
      name: optimizer, weightDecay: 0.1, momentum: optimizer == .sgd ? 0.9 : 0, ratioOfB: 4)
    configuration.noise = 5
    let whole = newState(configuration)
    let expected = train(whole, configuration)
    let state = newState(configuration)
    configuration.pause = 4
    let first = train(state, configuration)
    #expect(first.ending == .paused && first.steps == 4 && first.plannedSteps == 9)
    let resumed = state.copy(options: configuration.optimizer)
    #expect(train(resumed, configuration).steps == 0, "it has come to where it pauses")
    configuration.pause = nil
    let second = train(resumed, configuration)
    #expect(second.ending == .completed)
    #expect(first.losses + second.losses == expected.losses)
    #expect(numbers(resumed.adapter) == numbers(whole.adapter))
  }

  @Test func `a resumed run counts on and may be longer`() {
    let short = configuration(steps: 2)
    let state = newState(short)
    _ = train(state, short)
    var told: [Int] = []
    let result = train(state, configuration(steps: 5)) { event in
      if case .stepped(let progress) = event {
        told.append(progress.step)
        #expect(progress.steps == 5)
      }
      return .proceed
    }
    #expect(told == [3, 4, 5])
    #expect(result.steps == 3)
    #expect(result.plannedSteps == 5)
    #expect(train(state, configuration(steps: 5)).steps == 0)
  }

  @Test func `a step that is aborted leaves the adapter of the step before`() {
    let configuration = configuration(steps: 4)
    let state = newState(configuration)
    var kept: [Float] = []
    var isAborted = false
    var questions = 0
    let result = train(
      state, configuration,
      isAborted: {
        questions += isAborted ? 1 : 0
        return isAborted && questions > 1
      },
      listener: { event in
        if case .stepped(let progress) = event, progress.step == 2 {
          kept = numbers(state.adapter)
          isAborted = true
        }
        return .proceed
      })
    #expect(result.ending == .aborted)
    #expect(result.steps == 2)
    #expect(numbers(state.adapter) == kept)
    let whole = newState(configuration)
    _ = train(whole, configuration)
    _ = train(state, configuration)
    #expect(numbers(state.adapter) == numbers(whole.adapter), "nothing of the step is left behind")
  }

  @Test func `keep best comes to the adapter of the lowest validation loss`() throws {
    var configuration = configuration(steps: 9)
    configuration.learningRate = 0.5
    configuration.evaluationInterval = 2
    configuration.keepsBest = true
    let state = newState(configuration)
    var seen: [Int: [Float]] = [:]
    let result = train(state, configuration) { event in
      if case .evaluated(let step, _) = event { seen[step] = numbers(state.adapter) }
      return .proceed
    }
    #expect(result.evaluations.map(\.step) == [2, 4, 6, 8, 9])
    let lowest = try #require(result.evaluations.min { $0.loss < $1.loss })
    #expect(state.kept.step == lowest.step)
    #expect(state.best?.loss == lowest.loss)
    #expect(numbers(state.kept.adapter) == seen[lowest.step])
  }

  @Test func `patience ends a run after evaluations without a lower loss`() {
    var configuration = configuration(steps: 40)
    configuration.evaluationInterval = 1
    configuration.learningRate = 0
    configuration.patience = 3
    let result = train(newState(configuration), configuration)
    #expect(result.ending == .patience)
    #expect(result.steps == 4, "the first evaluation is the lowest, and three more are not lower")
    configuration.patience = nil
    #expect(train(newState(configuration), configuration).ending == .completed)
  }
}
