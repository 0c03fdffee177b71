import Checkpoints
import Models
import RecipeLanguage
import Tensors
import Training

/// Runs of `train` on the disk.
extension TrainingRun {
  /// Writes a folder with `adapter` and, beside it, the run for another process to go on with. The run
  /// comes first: it is whole by itself.
  func write(
    _ adapter: Adapter, to folder: String, _ model: ModelInUse
  ) throws(CheckpointError) {
    let files = AdapterFolder(model: model)
    try FolderMaking.make(folder)
    try TrainingStateFile.write(
      state, losses: curve.losses.map(\.loss),
      evaluations: curve.evaluations.map { ($0.step, $0.loss) },
      notes: [
        "language": "\(VerbCatalog.languageVersion)", "command": command, "adapter": name,
        "adapter_sha256": try files.sha256(of: adapter), "steps_before": "\(stepsBefore)",
        "seed": "\(seed)", "model": basis.model, "model_name": model.description,
        "data": basis.data, "precision": model.compute.precision.rawValue,
      ], to: folder)
    _ = try files.write(adapter, to: folder)
  }

  /// The line that would begin it anew: what was given, in the catalog's order. Where it writes is not
  /// among that, so that what goes on from a folder leaves the folder as it is, and can be replayed.
  private var command: String {
    let own: Set<String> = ["resume", "to", "save_every"]
    let given = call.verb.arguments.filter {
      call.given.contains($0.name) && !own.contains($0.name)
    }
    let arguments = given.compactMap { argument in
      call.arguments[argument.name].map { "\(argument.name): \($0.source)" }
    }
    return call.verb.name + " " + arguments.joined(separator: ", ")
  }

  /// The run that a file holds.
  init(
    _ file: TrainingStateFile, call: VerbCall, basis: TrainingBasis, _ model: ModelInUse
  ) throws(CheckpointError) {
    let notes = file.notes
    guard let name = notes["adapter"], let seed = notes["seed"].flatMap({ UInt64($0) }),
      let stepsBefore = notes["steps_before"].flatMap({ Int($0) }),
      (0...1 << 40).contains(stepsBefore)
    else {
      throw CheckpointError(
        .malformed, file: file.path,
        cause: "its notes do not tell the adapter's name, a seed and a number of steps before",
        fix: "train again")
    }
    self.init(
      name: name, stepsBefore: stepsBefore, call: call, seed: seed, basis: basis,
      state: try file.state(for: model.decoder.configuration, options: call.optimizerOptions),
      curve: TrainingCurve(
        losses: file.losses.enumerated().map { .init(step: $0.offset + 1, loss: $0.element) },
        evaluations: file.evaluations.map { .init(step: $0.step, loss: $0.loss) }))
  }
}
