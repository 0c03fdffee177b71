import Models
import Tensors
import TestSupport
import Testing
import Training

/// The loop around the steps: how many there are, when it ends and what it leaves behind.
@Suite struct TrainerTests {
  private let model: DecoderModel
  private let data: Dataset

  init() throws {
    model = try LoadedModel(path: References.path("tiny-llama/hf")).decoder
    data = try squares()
  }

  private func configuration(
    _ length: TrainingConfiguration.Length
  ) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.length = length
    configuration.batchSize = 4
    configuration.learningRate = 1e-2
    configuration.seed = 5
    return configuration
  }

  private func newAdapter(dropout: Float = 0) -> Adapter {
    Adapter(
      configuration: LoRAConfiguration(rank: 4, dropout: dropout), model: model.description,
      seed: 1)
  }

  private func trainer(_ configuration: TrainingConfiguration, threads: Int = 2) -> Trainer {
    Trainer(
      model: model, configuration: configuration,
      compute: Compute(threadCount: threads, precision: .f32))
  }

  private func train(
    _ configuration: TrainingConfiguration, _ adapter: Adapter, threads: Int = 2,
    listener: (TrainingEvent) -> TrainingAnswer = { _ in .proceed }
  ) -> TrainingResult {
    trainer(configuration, threads: threads).train(
      adapter, on: data, rows: Array(0..<10), validation: data.tokenized.choosing([0, 1]),
      listener: listener)
  }

  private func numbers(_ adapter: Adapter) -> [Float] {
    let parameters = adapter.parameters
    return (0..<parameters.count).map { parameters.values[$0] }
  }

  /// Ten rows in batches of four make three steps an epoch.
  @Test(arguments: [
    (TrainingConfiguration.Length.epochs(1), 3), (.epochs(2), 6), (.epochs(0.5), 2),
    (.epochs(0.01), 1), (.steps(5), 5), (.steps(1), 1),
  ])
  func theLengthGivesTheSteps(length: TrainingConfiguration.Length, steps: Int) {
    var told: [Int] = []
    let result = train(configuration(length), newAdapter()) { event in
      if case .stepped(let progress) = event {
        told.append(progress.step)
        #expect(progress.steps == steps)
      }
      return .proceed
    }
    #expect(result.ending == .completed)
    #expect(result.steps == steps)
    #expect(result.losses.count == steps)
    #expect(told == Array(1...steps))
    #expect(abs(result.epochs - Double(steps) / 3) < 1e-12)
  }

  @Test func anEpochReadsEveryRowOnce() {
    let result = train(configuration(.epochs(1)), newAdapter())
    #expect(result.tokens == data.tokenized.reduce(0) { $0 + $1.tokens.count - 1 })
    #expect(result.trainedTokens == data.tokenized.reduce(0) { $0 + $1.trainedCount })
  }

  @Test func accumulationMakesTheBatchAsMuchLarger() {
    var accumulated = configuration(.steps(3))
    accumulated.batchSize = 1
    accumulated.accumulation = 4
    let (one, other) = (newAdapter(), newAdapter())
    let losses = [
      train(configuration(.steps(3)), one).losses, train(accumulated, other).losses,
    ]
    #expect(losses[0] == losses[1])
    #expect(numbers(one) == numbers(other))
  }

  @Test func rowsApartTrainAsRowsTogether() {
    var apart = configuration(.steps(3))
    apart.packs = false
    let (one, other) = (newAdapter(), newAdapter())
    let losses = zip(train(configuration(.steps(3)), one).losses, train(apart, other).losses)
    for (together, alone) in losses { #expect(relativeError(alone, together) < 1e-5) }
    #expect(relativeError(numbers(other), numbers(one)) < 1e-3)
  }

  @Test func theListenerCanStop() {
    let stopped = train(configuration(.epochs(3)), newAdapter()) { event in
      if case .stepped(let progress) = event, progress.step == 2 { return .stop }
      return .proceed
    }
    #expect(stopped.ending == .stopped)
    #expect(stopped.steps == 2)
    let never = train(configuration(.epochs(3)), newAdapter()) { _ in .stop }
    #expect(never.steps == 0)
    #expect(never.ending == .stopped)
  }

  @Test func aStoppedRunKeepsWhatItTrained() {
    let stopped = newAdapter()
    var kept: [Float] = []
    _ = train(configuration(.steps(6)), stopped) { event in
      guard case .stepped(let progress) = event, progress.step == 2 else { return .proceed }
      kept = numbers(stopped)
      return .stop
    }
    #expect(kept != numbers(newAdapter()))
    #expect(numbers(stopped) == kept)
  }

  @Test func aSpentBudgetEndsTheRunAfterTheStepInHand() {
    var short = configuration(.steps(50))
    short.budgetSeconds = 0
    let result = train(short, newAdapter())
    #expect(result.ending == .budget)
    #expect(result.steps == 1)
    short.budgetSeconds = 3600
    short.length = .steps(2)
    #expect(train(short, newAdapter()).ending == .completed)
  }

  @Test func evaluationsComeAtTheirIntervalAndNotAfterTheLastStep() {
    var configuration = configuration(.steps(6))
    configuration.evaluationInterval = 2
    var told: [Int] = []
    let adapter = newAdapter()
    let result = train(configuration, adapter) { event in
      if case .evaluated(let step, let loss) = event {
        told.append(step)
        #expect(loss.isFinite)
      }
      return .proceed
    }
    #expect(told == [2, 4])
    #expect(result.evaluations.map(\.step) == [2, 4])
    let losses = result.evaluations.map(\.loss)
    #expect(losses[1] < losses[0])
  }

  @Test func theSameSeedGivesTheSameBitsOnAnyNumberOfThreads() {
    let runs = [1, 2, 3].map { threads in
      let adapter = newAdapter(dropout: 0.1)
      let result = train(configuration(.epochs(2)), adapter, threads: threads)
      return (numbers(adapter), result.losses)
    }
    for run in runs.dropFirst() {
      #expect(run.0 == runs[0].0)
      #expect(run.1 == runs[0].1)
    }
    var other = configuration(.epochs(2))
    other.seed = 6
    let adapter = newAdapter(dropout: 0.1)
    _ = train(other, adapter)
    #expect(numbers(adapter) != runs[0].0)
  }

  @Test func trainingTeachesTheRows() {
    var long = configuration(.epochs(60))
    long.learningRate = 2e-2
    let adapter = newAdapter()
    let compute = Compute(threadCount: 2, precision: .f32)
    func loss(_ adapter: Adapter?) -> Double {
      Evaluation(model: model, adapter: adapter, compute: compute).run(data.tokenized).meanLoss
    }
    let before = loss(nil)
    #expect(loss(adapter) == before)
    _ = train(long, adapter)
    #expect(loss(adapter) < before / 4)
  }

  /// Rates this large leave numbers after the first step with which the second is infinite.
  @Test func aLossThatIsNotFiniteKeepsTheAdapterOfTheStepBefore() {
    var absurd = configuration(.steps(8))
    absurd.learningRate = 1e25
    absurd.warmup = .steps(0)
    let adapter = newAdapter()
    var kept: [Float] = []
    let result = train(absurd, adapter) { event in
      if case .stepped = event { kept = numbers(adapter) }
      return .proceed
    }
    #expect(result.ending == .notFinite)
    #expect(result.steps < 8)
    #expect(result.steps == result.losses.count)
    #expect(result.losses.allSatisfy { $0.isFinite })
    #expect(!kept.isEmpty)
    #expect(numbers(adapter) == kept)
    #expect(kept.allSatisfy { $0.isFinite })
  }

  @Test func aFirstStepThatIsNotFiniteLeavesTheAdapterUntouched() {
    let adapter = newAdapter()
    let b = adapter.parameters.pair(adapter.parameters.layout.entries[0]).bTransposed
    b.base[0] = .infinity
    let before = numbers(adapter)
    let result = train(configuration(.steps(3)), adapter)
    #expect(result.ending == .notFinite)
    #expect(result.steps == 0)
    #expect(numbers(adapter) == before)
  }
}
