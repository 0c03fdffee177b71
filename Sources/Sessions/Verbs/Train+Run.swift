import Diagnostics
import Files
import Models
import RecipeLanguage
import Tensors
import Training

/// What `train` does.
extension Session {
  func train(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Train.name)
    let data = try requireData(Train.name)
    guard !data.rows(.train).isEmpty else {
      throw VerbFailure(
        "E0412", "the dataset has no rows to train on", help: "give the `train` part rows")
    }
    try require(data.examples(.train), fit: model)
    try require(data.examples(.valid), fit: model)
    var run = try begin(call, model, data)
    var configuration = try configuration(of: run, model, data)
    configuration.pause = call[Train.until]
    let trainer = Trainer(
      model: model.decoder, configuration: configuration, compute: model.compute)
    let folder = try savingFolder(run.call)
    func current(_ kept: (step: Int, adapter: Adapter)) -> AdapterInUse {
      adapter(of: run, kept, seen: trainer, data)
    }
    recovery?.begin()
    let result = trainer.train(
      from: run.state, on: data.dataset, rows: data.rows(.train),
      validation: data.examples(.valid), isAborted: abortCheck()
    ) { event in
      report(event, upTo: configuration)
      run.curve.add(event)
      if case .stepped(let step) = event {
        save(run, after: step, to: folder) { current($0) }
        keepForRecovery(run, data) { current($0) }
      }
      return isInterrupted() ? .stop : .proceed
    }
    if result.steps == 0 { try refuse(result, run) }
    run.isStopped = result.ending == .stopped || result.ending == .aborted
    if let superseded = run.keptIn { RecoveryFolder.remove(superseded) }
    let kept = run.state.kept
    let trained = current(kept)
    state.adapters[run.name] = trained
    state.activeAdapter = run.name
    if let folder { write(run, trained, of: kept.step, to: folder) }
    archive?.keep(trained, trained.card(with: model.compute.pool))
    if result.ending == .notFinite { hasDiverged = true }
    keepForLater(&run, result, trained, data)
    explain(result, of: run)
    if run.curve.losses.count > 1 { onEvent(.figure(run.curve.figure, goesWithValue: true)) }
    let reference = rememberAdapter()
    keep(run, for: reference)
    let value = try summary(of: result, run, in: model, reference)
    onTrained(value)
    return .record(value)
  }

  // MARK: - Beginning

  /// A new run on the active adapter, or the continuation of the run to be resumed.
  private func begin(
    _ call: VerbCall, _ model: ModelInUse, _ data: DataInUse
  ) throws(VerbFailure) -> TrainingRun {
    let basis = TrainingBasis(
      identity: model.identity, model: model.decoder, training: data.examples(.train),
      validation: data.examples(.valid), with: model.compute.pool)
    // computing the digest paged in the whole file; requantized weights do not need those pages
    if model.scheme != nil { model.loaded.releasePages() }
    if call.has(Train.resume) { return try resumed(call, model, basis) }
    guard let current = state.adapter else {
      throw VerbFailure(
        "E0401", "nothing to train: no adapter is in use", help: "lora rank: 8")
    }
    return TrainingRun(
      name: current.name, stepsBefore: current.steps, call: call, seed: state.seed, basis: basis,
      base: model.identity, modelName: model.description, scheme: model.scheme,
      precision: model.compute.precision, rowsBefore: current.rows,
      state: TrainingState(adapter: current.adapter.copy(), options: call.optimizerOptions),
      curve: TrainingCurve(losses: [], evaluations: []),
      lines: current.trainedBy + [call.line()])
  }

  private func configuration(
    of run: TrainingRun, _ model: ModelInUse, _ data: DataInUse
  ) throws(VerbFailure) -> TrainingConfiguration {
    let call = run.call
    var configuration = TrainingConfiguration()
    configuration.length = try length(call)
    configuration.learningRate = call[Train.learningRate]
    configuration.ownRates = try call.ownRates(of: run.state.adapter.parameters.layout)
    configuration.batchSize = call[Train.batch]
    configuration.accumulation = call[Train.accumulate]
    configuration.schedule = call[Train.schedule]
    configuration.warmup = extent(call[Train.warmup])
    configuration.decay = extent(call[Train.decay])
    configuration.power = call[Train.power]
    configuration.cycles = call[Train.cycles]
    configuration.labelSmoothing = call[Train.labelSmoothing]
    configuration.noise = call[Train.noise]
    configuration.maxGradientNorm = call[Train.clip]
    configuration.packs = call[Train.pack]
    configuration.shuffles = call[Train.shuffle]
    configuration.evaluationInterval = call[Train.evalEvery]
    configuration.keepsBest = call[Train.keep] == .best
    configuration.patience = call[Train.patience]
    configuration.budgetSeconds = try budget(call[Train.budget])
    configuration.seed = run.seed
    if configuration.keepsBest, configuration.evaluationInterval == nil {
      throw VerbFailure(
        "E0213", "`keep: best` needs `eval_every`", argument: Train.keep,
        help: "the best of which evaluations? For example train keep: best, eval_every: 20")
    }
    configuration.recomputes = recomputes(call, model, data, run.state.adapter, configuration)
    return configuration
  }

  private func extent(_ extent: ShareOrCount) -> TrainingConfiguration.Extent {
    switch extent {
    case .share(let share): .share(share)
    case .count(let steps): .steps(steps)
    }
  }

  private func length(_ call: VerbCall) throws(VerbFailure) -> TrainingConfiguration.Length {
    guard let steps = call[Train.steps] else { return .epochs(call[Train.epochs]) }
    guard !call.has(Train.epochs) else {
      throw VerbFailure(
        "E0212", "`train` takes epochs or steps, not both", argument: Train.steps,
        help: "leave one of them out")
    }
    return .steps(steps)
  }

  /// The time for one training: its own, and no more than is left for all.
  private func budget(_ own: Double?) throws(VerbFailure) -> Double? {
    guard let deadline else { return own }
    let left = (deadline - ContinuousClock().now).seconds
    guard left > 0 else {
      throw VerbFailure(
        "E0428", "the time for all trainings is spent, so this one cannot begin",
        help: "give the recipe a larger --budget, or let its trainings take fewer steps")
    }
    return min(own ?? left, left)
  }

  /// `auto` keeps activations as long as they take at most half of the memory that is free.
  private func recomputes(
    _ call: VerbCall, _ model: ModelInUse, _ data: DataInUse, _ adapter: Adapter,
    _ configuration: TrainingConfiguration
  ) -> Bool {
    if let choice = call[Train.checkpointing] { return choice }
    let longest = data.examples(.train).outlines.map(\.count).max() ?? 0
    let tokens = max(longest, configuration.tokensPerPass)
    let bytes = ActivationPlan(
      model: model.decoder.description, layout: adapter.parameters.layout,
      precision: model.compute.precision
    ).byteCount(tokens: tokens, recomputes: false)
    guard bytes > FreeMemory.bytes / 2 else { return false }
    notice("activations are computed again in each step: keeping them would not fit in memory")
    return true
  }

  /// One of a run's adapters, with the steps and rows that it has been trained on.
  private func adapter(
    of run: TrainingRun, _ kept: (step: Int, adapter: Adapter), seen trainer: Trainer,
    _ data: DataInUse
  ) -> AdapterInUse {
    var rows = run.rowsBefore
    let seen = trainer.rows(seenIn: 0..<kept.step, of: data.dataset, rows: data.rows(.train))
    for row in seen.sorted() { rows.insert(data.dataset.tokenized.outline(row).identity) }
    return AdapterInUse(
      name: run.name, adapter: kept.adapter, base: run.base, trainedOn: run.scheme,
      steps: run.stepsBefore + kept.step, isTrainedHere: true, rows: rows, trainedBy: run.lines,
      curve: run.curve)
  }

  // MARK: - Ending

  /// Throws for a run that ended before its first step, unless it was stopped.
  private func refuse(_ result: TrainingResult, _ run: TrainingRun) throws(VerbFailure) {
    switch result.ending {
    case .notFinite:
      throw VerbFailure(
        "E0410", "the loss of the first step is not finite, so nothing was trained",
        help:
          "check the data and the model: `use base`, then `eval on: train`, tells whether it is the model"
      )
    case .completed:
      throw VerbFailure(
        "E0427", "the training has done \(run.state.steps) steps, all that were asked for",
        argument: Train.resume, help: "ask for more, counted from its first: steps: …")
    case .paused:
      throw VerbFailure(
        "E0427", "the training has done \(run.state.steps) steps already", argument: Train.until,
        help: "`until` counts from its first step: name a later one, or leave it out")
    default: break
    }
  }

  private func summary(
    of result: TrainingResult, _ run: TrainingRun, in model: ModelInUse,
    _ reference: ObjectReference?
  ) throws(VerbFailure) -> Record {
    let files = AdapterFolder(model: run.base.description, baseModel: run.base.name)
    let sha256: String
    do throws(FileError) {
      sha256 = try files.sha256(of: run.state.kept.adapter)
    } catch {
      throw VerbFailure(error, argument: nil)
    }
    let speed = result.seconds > 0 ? Double(result.tokens) / result.seconds : 0
    let validLoss = run.state.best?.loss ?? result.evaluations.last?.loss
    return Record(
      [
        ("steps", .int(result.steps)),
        ("epochs", .float(result.epochs)),
        ("first_loss", result.firstLoss.map { .float($0) } ?? .none),
        ("loss", result.loss.map { .float($0) } ?? .none),
        ("valid_loss", validLoss.map { .float($0) } ?? .none),
        ("tokens", .int(result.tokens)),
        ("trained_tokens", .int(result.trainedTokens)),
        ("tokens_per_second", .float(speed)),
        ("seconds", .duration(result.seconds)),
        ("peak_memory", .size(PeakMemory.bytes)),
        ("finite", .bool(result.ending != .notFinite)),
        ("adapter_sha256", .string(sha256)),
      ], reference: reference)
  }
}
