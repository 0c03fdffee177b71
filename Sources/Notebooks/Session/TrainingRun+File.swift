import Checkpoints
import Models
import RecipeLanguage
import Tensors
import Training

/// Runs of `train` on the disk.
extension TrainingRun {
  /// The bytes of the file that stands beside an adapter, for another process to go on with.
  func file(with adapter: Adapter) throws(CheckpointError) -> [UInt8] {
    let files = AdapterFolder(model: base.description, baseModel: base.name)
    return try TrainingStateFile.bytes(
      of: state, losses: curve.losses.map(\.loss),
      evaluations: curve.evaluations.map { ($0.step, $0.loss) },
      notes: [
        "language": "\(VerbCatalog.languageVersion)", "command": command, "adapter": name,
        "adapter_sha256": try files.sha256(of: adapter), "steps_before": "\(stepsBefore)",
        "seed": "\(seed)", "model": basis.model, "model_name": modelName,
        "data": basis.data, "precision": precision.rawValue,
      ])
  }

  /// Arguments that a file never tells: where it is from, and where to write.
  static let unwritten: Set<String> = ["resume", "to", "save_every"]

  /// The line that would begin it anew: what was given, in the catalog's order. Where it writes is not
  /// among that, so that what goes on from a folder leaves the folder as it is, and can be replayed.
  private var command: String {
    let given = call.verb.arguments.filter {
      call.given.contains($0.name) && !Self.unwritten.contains($0.name)
    }
    let arguments = given.compactMap { argument in
      call.arguments[argument.name].map { "\(argument.name): \($0.source)" }
    }
    return call.verb.name + " " + arguments.joined(separator: ", ")
  }

  /// The run that a file holds.
  init(
    _ file: TrainingStateFile, call: VerbCall, basis: TrainingBasis, _ model: ModelInUse,
    rowsBefore: TrainedRows
  ) throws(CheckpointError) {
    let notes = file.notes
    let name = notes["adapter"] ?? ""
    guard !name.isEmpty, name != "base", name.utf8.count <= Self.longestName,
      !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { throw file.damaged("its adapter has no name, or none that an adapter may have") }
    guard let stepsBefore = notes["steps_before"].flatMap({ Int($0) }),
      0...Self.largestStepCount ~= stepsBefore
    else { throw file.damaged("its steps_before is no number of steps") }
    guard let seed = notes["seed"].flatMap({ UInt64($0) }) else {
      throw file.damaged("its seed is none")
    }
    self.init(
      name: name, stepsBefore: stepsBefore, call: call, seed: seed, basis: basis,
      base: model.loaded.identity, modelName: model.description, scheme: model.scheme,
      precision: model.compute.precision, rowsBefore: rowsBefore,
      state: try file.state(for: model.decoder.description, options: call.optimizerOptions),
      curve: TrainingCurve(
        losses: file.losses.enumerated().map { .init(step: $0.offset + 1, loss: $0.element) },
        evaluations: file.evaluations.map { .init(step: $0.step, loss: $0.loss) }))
  }

  private static let longestName = 1000
  private static let largestStepCount = 1 << 40
}
