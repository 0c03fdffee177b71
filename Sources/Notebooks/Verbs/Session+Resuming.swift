import Checkpoints
import Diagnostics
import RecipeLanguage
import Tensors
import Training

/// What `train resume:` goes on with.
extension Session {
  /// The run that `resume:` names: one of this session by its value, any by the folder that has it.
  func resumed(
    _ call: VerbCall, _ model: ModelInUse, _ basis: TrainingBasis
  ) throws(VerbFailure) -> TrainingRun {
    if let folder = call.text("resume") {
      return try resumed(from: ModelFolder.expandingHome(folder), call, model, basis)
    }
    guard let run = run(of: call.record("resume")?.reference) else {
      throw VerbFailure(
        "E0426", "this value stands for no training that can be resumed", argument: "resume",
        help: "take what `train` gave, as in train resume: _7, or a folder that it wrote",
        notes: ["what resuming takes is kept of the last few trainings of a session"])
    }
    try refuse(run.basis, unlike: basis, modelName: "another model or format")
    return run.resumed(by: call.inheriting(from: run.call))
  }

  private func resumed(
    from folder: String, _ call: VerbCall, _ model: ModelInUse, _ basis: TrainingBasis
  ) throws(VerbFailure) -> TrainingRun {
    guard ModelFolder.exists(folder + "/" + TrainingStateFile.name) else {
      throw VerbFailure(
        "E0426", "\(folder) holds no training: there is no \(TrainingStateFile.name) in it",
        argument: "resume",
        help: "such folders are written by train …, to: \"\(folder)\" and by interrupted recipes; "
          + "to go on with an adapter alone: load …, adapter: \"\(folder)\"",
        kind: .input)
    }
    let file: TrainingStateFile
    do throws(CheckpointError) {
      file = try TrainingStateFile(folder: folder)
    } catch {
      throw VerbFailure(error, argument: "resume")
    }
    let notes = file.notes
    try refuse(
      TrainingBasis(model: notes["model"] ?? "", data: notes["data"] ?? ""), unlike: basis,
      modelName: notes["model_name"] ?? "another model")
    tell(precision: notes["precision"], model)
    let call = call.inheriting(from: try earlierCall(notes["command"] ?? "", in: folder))
    do throws(CheckpointError) {
      return try TrainingRun(file, call: call, basis: basis, model)
    } catch {
      throw VerbFailure(error, argument: "resume")
    }
  }

  /// A training goes on with the weights and the rows that it began with, or it would be another one.
  private func refuse(
    _ earlier: TrainingBasis, unlike basis: TrainingBasis, modelName: String
  ) throws(VerbFailure) {
    if earlier.model != basis.model {
      throw VerbFailure(
        "E0429", "the training was one of \(modelName)", argument: "resume",
        help: "load that model, and quantize it in the same way")
    }
    if earlier.data != basis.data {
      throw VerbFailure(
        "E0429", "the training had other rows to learn from or to evaluate on", argument: "resume",
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

  /// The call that a file tells in the recipe's language.
  private func earlierCall(
    _ text: String, in folder: String
  ) throws(VerbFailure) -> VerbCall {
    let tree = Parser.parse(SourceText(name: TrainingStateFile.name, text: text))
    if tree.statements.count == 1, tree.diagnostics.isEmpty,
      case .operation(.command(let command)) = tree.statements[0].kind,
      command.verb.text == "train",
      let call = try? Interpreter(executor: self).call(of: command)
    {
      return call
    }
    throw VerbFailure(
      "E0801", "\(folder)/\(TrainingStateFile.name): its command `\(text)` cannot be read",
      argument: "resume", help: "it was written by another version; train again", kind: .input)
  }
}
