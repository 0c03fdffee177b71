import Files
import Models
import RecipeLanguage
import Tensors
import Training

/// What `train resume:` goes on with.
extension Session {
  /// The run that `resume:` names: one of this session by its value, any by the folder that has it.
  func resumed(
    _ call: VerbCall, _ model: ModelInUse, _ basis: TrainingBasis
  ) throws(VerbFailure) -> TrainingRun {
    if let folder = call[Train.resume]?.text {
      return try resumed(from: Paths.expandingHome(folder), call, model, basis)
    }
    guard case .record(let value)? = call[Train.resume], let run = run(of: value.reference) else {
      throw VerbFailure(
        "E0426", "this value stands for no training that can be resumed", argument: Train.resume,
        help: "take what `train` gave, as in train resume: _7, or a folder that it wrote",
        notes: ["what resuming takes is kept of the last few trainings of a session"])
    }
    try refuse(run.basis, unlike: basis, modelName: run.modelName, model)
    let earlier = run.call.given.filter { $0.key != Train.until.name }
    return run.resumed(by: try goingOn(call, from: earlier), call)
  }

  private func resumed(
    from folder: String, _ call: VerbCall, _ model: ModelInUse, _ basis: TrainingBasis
  ) throws(VerbFailure) -> TrainingRun {
    guard FolderJournal.has(TrainingStateFile.name, in: folder) else {
      throw VerbFailure(
        "E0426", "\(folder) holds no training: there is no \(TrainingStateFile.name) in it",
        argument: Train.resume,
        help: "such folders are written by train …, to: \"\(folder)\" and by interrupted recipes; "
          + "to go on with an adapter alone: load …, adapter: \"\(folder)\"",
        kind: .input)
    }
    let (file, card) = try opened(folder)
    try refuse(
      TrainingBasis(model: file.notes["model"] ?? "", data: file.notes["data"] ?? ""),
      unlike: basis, modelName: file.notes["model_name"] ?? "another model", model)
    tell(precision: file.notes["precision"], model)
    let earlier: [String: Value]
    do throws(FileError) {
      earlier = try EarlierArguments(of: file).values
    } catch {
      throw VerbFailure(error, argument: Train.resume)
    }
    let before = VerbCall(verb: call.verb, given: earlier, range: call.range, ranges: [:])
    let whole = try goingOn(call, from: earlier)
    do throws(FileError) {
      return try TrainingRun(
        file, call: whole, basis: basis, model, rowsBefore: card?.rows ?? TrainedRows(),
        lines: [before.line(), call.line()])
    } catch {
      throw VerbFailure(error, argument: Train.resume)
    }
  }

  /// The call with what an earlier one was given. The optimizer goes on with what it remembers, so that it
  /// stays the same one.
  private func goingOn(
    _ call: VerbCall, from earlier: [String: Value]
  ) throws(VerbFailure) -> VerbCall {
    let whole = call.inheriting(from: earlier)
    let before =
      earlier[Train.optimizer.name]?.text ?? Train.optimizer.declaration.defaultValue?.text
    if let before, before != whole[Train.optimizer].rawValue {
      throw VerbFailure(
        "E0429", "the training began with the optimizer \(before), and goes on with it",
        argument: Train.optimizer,
        help: "leave `optimizer` out; another one is for a training of its own: train …")
    }
    try whole.requireUses()
    return whole
  }

  private func opened(
    _ folder: String
  ) throws(VerbFailure) -> (file: TrainingStateFile, card: AdapterCard?) {
    do throws(FileError) {
      return (try TrainingStateFile(folder: folder), try AdapterCardFile.read(folder))
    } catch {
      throw VerbFailure(error, argument: Train.resume)
    }
  }

  /// A training goes on with the weights and the rows that it began with, or it would be another one.
  private func refuse(
    _ earlier: TrainingBasis, unlike basis: TrainingBasis, modelName: String,
    _ model: ModelInUse
  ) throws(VerbFailure) {
    if earlier.model != basis.model {
      throw VerbFailure(
        "E0429",
        "the training was one of \(modelName), and the model in use is \(model.description)"
          + (modelName == model.description ? " with other weights" : ""), argument: Train.resume,
        help: "load that model, and quantize it in the same way")
    }
    if earlier.data != basis.data {
      throw VerbFailure(
        "E0429", "the training had other rows to learn from or to evaluate on",
        argument: Train.resume,
        help: "take the same dataset, split and seed; to teach the adapter other rows, begin a "
          + "training of its own: train …")
    }
  }

  private func tell(precision earlier: String?, _ model: ModelInUse) {
    let precision = model.compute.precision.rawValue
    guard let earlier, earlier != precision else { return }
    notice(
      "the training began in \(earlier) and goes on in \(precision), so its bits will not be those "
        + "of a training without a stop")
  }
}
