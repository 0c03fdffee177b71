import Files
import Models
import Tensors
import RecipeLanguage
import Training

/// What `train` tells and saves on its way, and how it explains its end.
extension Session {
  /// - Parameter limits: what may end the training before its last step.
  func report(_ event: TrainingEvent, upTo limits: TrainingConfiguration) {
    switch event {
    case .started(let step, let steps):
      let end = min(limits.pause ?? steps, steps)
      onEvent(.progress(Progress(verb: Train.name, done: step, total: end, unit: "steps")))
    case .stepped(let step):
      let end = min(limits.pause ?? step.steps, step.steps)
      let share = Double(end - step.step) / Double(max(1, step.steps - step.step))
      var secondsLeft = step.secondsLeft * max(0, share)
      if let budget = limits.budgetSeconds {
        secondsLeft = min(secondsLeft, max(0, budget - step.seconds))
      }
      progress(
        Progress(
          verb: Train.name, done: step.step, total: end, before: step.first, unit: "steps",
          loss: step.loss,
          tokensPerSecond: step.tokensPerSecond, secondsLeft: secondsLeft,
          seconds: step.seconds))
    case .evaluating(_, let done, let total):
      onEvent(.progress(Progress(verb: Eval.name, done: done, total: total, unit: "rows")))
    case .evaluated(let step, let loss):
      notice("after step \(step): validation loss \(NumberText.significant(loss))")
    }
  }

  /// Asked often while a step is worked on, whether to give it up. A step may take long, so that what
  /// the first Ctrl-C does is said where it does not show at once.
  func abortCheck() -> () -> Bool {
    let clock = ContinuousClock()
    var noticed: ContinuousClock.Instant?
    var hasTold = false
    return { [self] in
      if isAborted() { return true }
      guard !hasTold, isInterrupted() else { return false }
      let time = noticed ?? clock.now
      noticed = time
      if clock.now - time > .milliseconds(300) {
        hasTold = true
        notice("stopping after this step; Ctrl-C again within 2 s gives the step up")
      }
      return false
    }
  }

  // MARK: - Saving

  /// The folder that `to:` names, tried before the first step, so that no hour is spent for nothing.
  func savingFolder(_ call: VerbCall) throws(VerbFailure) -> String? {
    guard let name = call[Train.folder] else { return nil }
    let path = Paths.expandingHome(name)
    do throws(FileError) {
      try WholeFolder.requireWritable(path)
    } catch {
      throw VerbFailure(error, argument: Train.folder)
    }
    return path
  }

  func save(
    _ run: TrainingRun, after step: TrainingProgress, to folder: String?,
    _ current: ((step: Int, adapter: Adapter)) -> AdapterInUse
  ) {
    guard let folder, let interval = run.call[Train.saveEvery], step.step % interval == 0,
      step.step < step.steps
    else { return }
    write(run, current((step.step, run.state.adapter)), of: step.step, to: folder)
  }

  /// Writes a run with one of its adapters. A full disk is no reason to lose the training, which goes on;
  /// but what was to be saved is not, and the session remembers that.
  func write(_ run: TrainingRun, _ trained: AdapterInUse, of step: Int, to folder: String) {
    do throws(FileError) {
      let pool = state.model?.compute.pool ?? WorkerPool(threadCount: 1)
      _ = try trained.files.write(
        trained.adapter, to: folder, card: trained.card(with: pool),
        state: try run.file(with: trained.adapter))
      state.markSaved(trained.adapter)
      notice("the adapter of step \(step) is in \(folder)")
    } catch {
      hasUnsavedStep = true
      notice(
        "the adapter of step \(step) is not saved: \(error.file): \(error.cause); \(error.fix)")
    }
  }

  /// Writes a run where a crash leaves it, from time to time.
  func keepForRecovery(
    _ run: TrainingRun, _ data: DataInUse,
    _ current: ((step: Int, adapter: Adapter)) -> AdapterInUse
  ) {
    guard let recovery, recovery.isDue() else { return }
    do throws(FileError) {
      try recovery.write(
        run, current((run.state.steps, run.state.adapter)), data: data.dataset.source.name,
        after: state.preparation)
    } catch {
      self.recovery = nil
      notice(
        "a crash would take this training along, since it cannot be kept on the way: "
          + "\(error.file): \(error.cause)")
    }
  }

  /// Writes a run that ended before its last step where another session finds it. One that comes to its end
  /// with an interruption keeps its adapter by itself.
  func keepForLater(
    _ run: inout TrainingRun, _ result: TrainingResult, _ trained: AdapterInUse, _ data: DataInUse
  ) {
    run.keptIn = nil
    let isOpen = [.stopped, .aborted, .paused, .budget].contains(result.ending)
    guard isOpen, run.state.steps > 0, !endsWhenInterrupted, let recovery else { return }
    do throws(FileError) {
      run.keptIn = try recovery.keep(
        run, trained, data: data.dataset.source.name, after: state.preparation)
    } catch {
      notice("another session cannot go on with this training: \(error.file): \(error.cause)")
    }
  }

  // MARK: - The end

  /// What a person should know about an early end, what survived it, and how to go on.
  func explain(_ result: TrainingResult, of run: TrainingRun) {
    let isStopped = result.ending == .stopped || result.ending == .aborted
    let steps = run.state.steps
    if isStopped { onEvent(.cutShort(step: steps > 0 ? steps : nil)) }
    guard let reason = reason(result, run) else {
      if let best = run.state.best {
        notice(
          "the adapter of step \(best.step) is kept: its validation loss, "
            + "\(NumberText.significant(best.loss)), is the lowest")
      }
      return
    }
    let name = run.call.valueName
    guard result.steps > 0 else { return notice("\(reason); nothing was trained") }
    // an interrupted loop keeps nothing, and what ends with its interruption says what it keeps
    if isStopped, name == nil || endsWhenInterrupted { return notice(reason) }
    let kept = "\(reason); the adapter of step \(run.state.kept.step) is kept"
    guard let name else { return notice(kept) }
    if result.ending == .notFinite {
      let rate = NumberText.shortest(run.call[Train.learningRate] / 4)
      notice("\(kept) as \(name): `train lr: \(rate), resume: \(name)` goes on with a smaller rate")
    } else {
      let later = run.keptIn == nil ? "" : ", and `:recover` in another session"
      notice("\(kept) as \(name): `train resume: \(name)` goes on\(later)")
    }
  }

  private func reason(_ result: TrainingResult, _ run: TrainingRun) -> String? {
    let steps = run.state.steps
    let at = "training stopped at step \(steps) of \(result.plannedSteps)"
    let inside = "training stopped in step \(steps + 1) of \(result.plannedSteps)"
    return switch result.ending {
    case .completed: nil
    case .paused: "training paused at step \(steps) of \(result.plannedSteps), as asked"
    case .stopped: steps > 0 ? at : "training stopped before its first step"
    case .aborted: inside + ", which was given up"
    case .budget: at + ": the budget is spent"
    case .patience: at + ": \(run.call[Train.patience] ?? 1) evaluations gave no lower loss"
    case .notFinite where result.evaluations.last?.loss.isFinite == false:
      at + ": the validation loss became NaN or infinite"
    case .notFinite: inside + ": the loss became NaN or infinite"
    }
  }
}
