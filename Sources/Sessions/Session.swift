import Diagnostics
import Files
import Models
import RecipeLanguage
import Synchronization
import Tensors
import Training

/// A session: what the verbs of a recipe or a prompt work on, bound to the engine.
package final class Session: VerbExecutor {
  package var isInLoop = false
  package var state = SessionState()
  /// Told of progress, generated text and notices.
  package var onEvent: (Event) -> Void = { _ in }
  /// Told of every command before it runs.
  package var onCall: (VerbCall) -> Void = { _ in }
  /// Asked during long work; true stops it at the next safe place.
  package var isInterrupted: () -> Bool = { false }
  /// Asked often during long work; true gives up even the step in hand.
  package var isAborted: () -> Bool = { false }
  /// Told of every training that has ended, with its value.
  package var onTrained: (Record) -> Void = { _ in }
  /// Finds a run of another time; nil if there is none of this name.
  package var findRun: (EarlierRunName) -> Record? = { _ in nil }
  /// Where the adapters of trainings are kept for another time; nil keeps none.
  package var archive: AdapterArchive?
  /// Whether a model that is not here is fetched from the hub.
  package var mayFetch = true
  /// Whether an interruption ends the session, so that nothing later can resume a stopped training.
  package var endsWhenInterrupted = false
  /// Whether a training ended because its loss was NaN or infinite.
  package internal(set) var hasDiverged = false
  /// When the time for all trainings together is over; nil for no limit.
  package var deadline: ContinuousClock.Instant?
  /// Adapters that values refer to, by id.
  private var remembered: [Int: AdapterInUse] = [:]
  /// Trainings that can be resumed, the latest last. What they hold is three times their adapter, so
  /// only a few are kept.
  private var runs: [(id: Int, run: TrainingRun)] = []
  private static let keptRuns = 4
  /// Whether a write requested during a training has failed.
  var hasUnsavedStep = false
  /// Whether the last `save` has failed.
  var hasFailedSave = false
  /// Whether any requested write has failed.
  package var hasUnsaved: Bool { hasUnsavedStep || hasFailedSave }
  /// Where trainings are kept on the way, for the case of a crash.
  package var recovery: RecoveryFolder?
  private var estimate = TimeEstimate()
  /// Threads, or nil for SKILLET_THREADS or all.
  let threadCount: Int?

  package init(threadCount: Int? = nil) {
    self.threadCount = threadCount
  }

  package var verbs: VerbCatalog { .standard }

  package func execute(_ call: VerbCall) throws(VerbFailure) -> Value {
    guard let verb = VerbCatalog.bodies[call.verb.name] else {
      throw VerbFailure("E0201", "there is no command `\(call.verb.name)`")
    }
    for need in call.verb.needs(for: call) where !shape.has.contains(need) {
      let error = need.error(for: call.verb, at: call.range, in: shape)
      throw VerbFailure(error.code, error.message, help: error.help, notes: error.notes)
    }
    if call.verb.inheritance.map(call.isGiven) != true { try call.requireUses() }
    try requireOutputs(of: call)
    onCall(call)
    estimate = TimeEstimate()
    let start = ContinuousClock.now
    defer { onEvent(.finishedWork) }
    let value = try verb.run(call, in: self)
    state.preparation.note(call)
    let seconds = (ContinuousClock.now - start).seconds
    if let verdict = estimate.verdict(after: seconds) { notice(verdict) }
    return value
  }

  /// Tells how far long work is and, once that can be said, how long it will take.
  func progress(_ progress: Progress) {
    onEvent(.progress(progress))
    if let promise = estimate.read(progress) { notice(promise) }
  }

  /// What the session has, for checks before anything runs.
  package var shape: SessionShape {
    var shape = SessionShape()
    if state.model != nil { shape.has.insert(.model) }
    let adapters = state.adapters.values.filter { $0.base === state.model?.identity }
    shape.adapterName = adapters.map(\.name).min()
    if state.adapter != nil {
      shape.has.insert(.adapter)
    } else if !adapters.isEmpty {
      shape.setAside.insert(.adapter)
    }
    if let data = state.data {
      shape.has.insert(.dataset)
      shape.parts = Set(
        DatasetSplit.Part.allCases.filter { !data.rows($0).isEmpty }
          .compactMap { DataPart(rawValue: $0.rawValue) })
    }
    return shape
  }

  // MARK: - References

  private static let adapterKind = "adapter"

  /// Keeps the adapter in use, so that a run in a table can be saved later.
  package func rememberAdapter() -> ObjectReference? {
    guard let adapter = state.adapter else { return nil }
    let id = remembered.first { $0.value.adapter === adapter.adapter }?.key ?? remembered.count
    remembered[id] = adapter
    return ObjectReference(kind: Self.adapterKind, id: id)
  }

  /// What a value refers to this adapter by; nil where none does.
  func reference(of adapter: AdapterInUse) -> ObjectReference? {
    remembered.first { $0.value.adapter === adapter.adapter }.map {
      ObjectReference(kind: Self.adapterKind, id: $0.key)
    }
  }

  func adapter(of reference: ObjectReference?) -> AdapterInUse? {
    guard let reference, reference.kind == Self.adapterKind else { return nil }
    return remembered[reference.id]
  }

  /// Keeps a training for `resume:`, keyed by the adapter it produced.
  func keep(_ run: TrainingRun, for reference: ObjectReference?) {
    guard let reference else { return }
    runs.append((reference.id, run))
    if runs.count > Self.keptRuns { runs.removeFirst() }
  }

  /// The training whose value has this reference.
  func run(of reference: ObjectReference?) -> TrainingRun? {
    runs.last { $0.id == reference?.id }?.run
  }

  /// How a training of the last few came about, by its value: what was given, the root of its random
  /// order, and whether the user stopped it.
  package func origin(
    ofTraining value: Record
  ) -> (arguments: Record, seed: UInt64, isStopped: Bool)? {
    guard let run = run(of: value.reference) else { return nil }
    let arguments = run.call.verb.arguments.compactMap { argument -> (String, Value)? in
      guard let value = run.call.given[argument.name] else { return nil }
      if case .record = value { return nil }
      return (argument.name, value)
    }
    return (Record(arguments), run.seed, run.isStopped)
  }

  /// What was written of an interrupted recipe or session.
  package struct Rescue {
    /// Optimizer steps of the adapter.
    package let steps: Int
    /// Whether the folder holds a training that was stopped, to go on with.
    package let isResumable: Bool
  }

  /// Writes the adapter in use to a folder if training has changed it: what an interrupted recipe
  /// would otherwise lose. Gives nil if there was nothing to keep.
  package func rescueAdapter(to folder: String) throws(FileError) -> Rescue? {
    guard let model = state.model, let adapter = state.adapter, adapter.isTrainedHere else {
      return nil
    }
    let run = run(of: rememberAdapter())
    let card = adapter.card(with: model.compute.pool)
    _ = try adapter.files.write(
      adapter.adapter, to: folder, card: card, state: try run?.file(with: adapter.adapter))
    return Rescue(steps: adapter.steps, isResumable: run?.isStopped == true)
  }

  // MARK: - What verbs share

  /// Makes a new adapter active under its name, and says so if an unsaved adapter had to be renamed.
  func take(_ adapter: AdapterInUse) {
    // a loop gives the adapter its name back
    guard let kept = state.give(adapter.name, to: adapter), !isInLoop else { return }
    notice(
      "the adapter \"\(adapter.name)\" was trained and is not saved; it stays as \"\(kept)\": "
        + "use \"\(kept)\", then save it")
  }

  func requireModel(_ verb: String) throws(VerbFailure) -> ModelInUse {
    guard let model = state.model else {
      throw VerbFailure("E0402", "`\(verb)` needs a model, and none is loaded")
    }
    return model
  }

  func requireData(_ verb: String) throws(VerbFailure) -> DataInUse {
    guard let data = state.data else {
      throw VerbFailure("E0403", "`\(verb)` needs examples, and no dataset is loaded")
    }
    return data
  }

  func notice(_ text: String) { onEvent(.notice(text)) }
}

extension VerbFailure {
  /// A weight file that cannot be read or written.
  init(_ error: FileError, argument: (any DeclaredArgument)?) {
    let place = error.offset.map { ", byte \($0)" } ?? ""
    self.init(
      "E0801", "\(error.file)\(place): \(error.cause)", argument: argument, help: error.fix,
      kind: error.kind == .unwritable ? .failed : .input)
  }

  /// Data that cannot be read.
  init(_ error: DataError, argument: (any DeclaredArgument)?) {
    let place = [error.line, error.column].compactMap { $0.map { ":\($0)" } }.joined()
    self.init(
      "E0802", "\(error.file)\(place): \(error.reason)", argument: argument,
      help: error.fix.beginningInLowerCase, kind: .input)
  }
}

extension String {
  /// A sentence as a clause behind `help:`. What is written in capitals, as JSON is, stays so.
  var beginningInLowerCase: String {
    dropFirst().first?.isUppercase == true ? self : prefix(1).lowercased() + dropFirst()
  }
}
