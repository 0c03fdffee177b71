import Checkpoints
import Models
import RecipeLanguage
import Tensors
import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// train.
extension Session {
  func train(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel("train")
    let data = try requireData("train")
    guard let current = state.adapter else {
      throw VerbFailure("E0401", "nothing to train: no adapter is in use", help: "lora rank: 8")
    }
    let rows = data.rows(.train)
    var configuration = try configuration(call)
    configuration.recomputes = recomputes(call, model, data, current.adapter, configuration)
    if configuration.recomputes, call.text("checkpointing") == "auto" {
      notice("activations are computed again in each step: keeping them would not fit in memory")
    }
    let adapter = current.adapter.copy()
    let trainer = Trainer(
      model: model.decoder, configuration: configuration, compute: model.compute)
    let result = trainer.train(
      adapter, on: data.dataset, rows: rows, validation: data.examples(.valid)
    ) { event in
      report(event)
      return isInterrupted() ? .stop : .proceed
    }
    let curve = TrainingCurve(
      losses: result.losses.enumerated().map { TrainingCurve.Point(step: $0 + 1, loss: $1) },
      evaluations: result.evaluations.map { TrainingCurve.Point(step: $0.step, loss: $0.loss) })
    state.adapters[current.name] = AdapterInUse(
      name: current.name, adapter: adapter, steps: current.steps + result.steps, curve: curve)
    explain(result, of: current.name)
    if result.steps > 1 { onEvent(.curve(curve)) }
    if result.steps == 0, result.ending == .not_finite {
      throw VerbFailure(
        "E0410", "the loss of the first step is not finite, so nothing was trained",
        help: "check the data and the model: `eval on: train` shows their loss")
    }
    return .record(try summary(of: result, adapter: adapter, in: model))
  }

  private func configuration(_ call: VerbCall) throws(VerbFailure) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    if let steps = call.int("steps") {
      if call.given.contains("epochs") {
        throw VerbFailure(
          "E0212", "`train` takes epochs or steps, not both", argument: "steps",
          help: "leave one of them out")
      }
      configuration.length = .steps(steps)
    } else {
      configuration.length = .epochs(call.number("epochs") ?? 1)
    }
    configuration.learningRate = call.number("lr") ?? configuration.learningRate
    configuration.batchSize = call.int("batch") ?? configuration.batchSize
    configuration.accumulation = call.int("accumulate") ?? 1
    configuration.schedule =
      call.text("schedule").flatMap { LearningRateSchedule.Shape(rawValue: $0) } ?? .cosine
    switch call.arguments["warmup"] {
    case .percent(let share)?: configuration.warmup = .share(share)
    case .int(let steps)?: configuration.warmup = .steps(steps)
    default: break
    }
    configuration.optimizer.weightDecay = call.number("weight_decay") ?? 0
    configuration.maxGradientNorm = call.number("clip") ?? 1
    configuration.packs = call.bool("pack") ?? true
    configuration.shuffles = call.bool("shuffle") ?? true
    configuration.evaluationInterval = call.int("eval_every")
    configuration.budgetSeconds = try budget(call.duration("budget"))
    configuration.seed = state.seed
    return configuration
  }

  /// The time for one training: its own, and no more than is left for all.
  private func budget(_ own: Double?) throws(VerbFailure) -> Double? {
    guard let deadline else { return own }
    let left = (deadline - ContinuousClock().now).seconds
    guard left > 0 else {
      throw VerbFailure(
        "E0426", "the time for all trainings is spent, so this one cannot begin",
        help: "give the recipe a larger --budget, or let its trainings take fewer steps")
    }
    return min(own ?? left, left)
  }

  /// `auto` keeps activations as long as they take at most half of the memory that is free.
  private func recomputes(
    _ call: VerbCall, _ model: ModelInUse, _ data: DataInUse, _ adapter: Adapter,
    _ configuration: TrainingConfiguration
  ) -> Bool {
    if let choice = call.bool("checkpointing") { return choice }
    let longest = data.examples(.train).map(\.tokens.count).max() ?? 0
    let tokens = max(longest, configuration.tokensPerPass)
    let bytes = ActivationPlan(
      model: model.decoder.configuration, layout: adapter.parameters.layout,
      precision: model.compute.precision
    ).byteCount(tokens: tokens, recomputes: false)
    return bytes > FreeMemory.bytes / 2
  }

  private func report(_ event: TrainingEvent) {
    switch event {
    case .started(let steps):
      onEvent(.progress(Progress(verb: "train", done: 0, total: steps, unit: "steps")))
    case .stepped(let step):
      onEvent(
        .progress(
          Progress(
            verb: "train", done: step.step, total: step.steps, unit: "steps", loss: step.loss,
            tokensPerSecond: step.tokensPerSecond, secondsLeft: step.secondsLeft,
            seconds: step.seconds)))
    case .evaluated(let step, let loss):
      notice("after step \(step): validation loss \(NumberText.significant(loss))")
    }
  }

  /// What a person should know about an early end, and what survived it.
  private func explain(_ result: TrainingResult, of name: String) {
    let kept = "the adapter \"\(name)\" of step \(result.steps) is kept"
    switch result.ending {
    case .completed: break
    case .stopped:
      onEvent(.cutShort)
      notice(
        "stopped after step \(result.steps); \(kept): go on with another `train`, or `save` it")
    case .budget:
      notice("the budget is spent after step \(result.steps); \(kept)")
    case .not_finite:
      notice(
        "the loss became NaN or infinite in step \(result.steps + 1); \(kept). "
          + "A smaller lr or clip may help")
    }
  }

  private func summary(
    of result: TrainingResult, adapter: Adapter, in model: ModelInUse
  ) throws(VerbFailure) -> Record {
    let files = AdapterFolder(
      model: model.decoder.configuration, baseModel: model.loaded.name)
    let sha256: String
    do throws(CheckpointError) {
      sha256 = try files.sha256(of: adapter)
    } catch {
      throw VerbFailure(error, argument: nil)
    }
    let speed = result.seconds > 0 ? Double(result.tokens) / result.seconds : 0
    return Record(
      [
        ("steps", .int(result.steps)),
        ("epochs", .float(result.epochs)),
        ("first_loss", result.firstLoss.map { .float($0) } ?? .none),
        ("loss", result.loss.map { .float($0) } ?? .none),
        ("valid_loss", result.evaluations.last.map { .float($0.loss) } ?? .none),
        ("tokens", .int(result.tokens)),
        ("trained_tokens", .int(result.trainedTokens)),
        ("tokens_per_second", .float(speed)),
        ("seconds", .duration(result.seconds)),
        ("peak_memory", .size(PeakMemory.bytes)),
        ("finite", .bool(result.ending != .not_finite)),
        ("adapter_sha256", .string(sha256)),
      ], reference: currentReference())
  }
}
