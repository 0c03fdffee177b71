import Files
import Models
import RecipeLanguage
import Tensors
import Training

/// Runs of `train` on the disk.
extension TrainingRun {
  /// The bytes of the file that stands beside an adapter, for another process to go on with.
  func file(with adapter: Adapter) throws(FileError) -> [UInt8] {
    let files = AdapterFolder(model: base.description, baseModel: base.name)
    return try TrainingStateFile.bytes(
      of: state, losses: curve.losses.map(\.loss),
      evaluations: curve.evaluations.map { ($0.step, $0.loss) },
      notes: EarlierArguments.notes(of: call).merging([
        "language": "\(VerbCatalog.languageVersion)", "adapter": name,
        "adapter_sha256": try files.sha256(of: adapter), "steps_before": "\(stepsBefore)",
        "seed": "\(seed)", "model": basis.model, "model_name": modelName,
        "data": basis.data, "precision": precision.rawValue,
      ]) { first, _ in first })
  }

  /// The run that a file holds.
  init(
    _ file: TrainingStateFile, call: VerbCall, basis: TrainingBasis, _ model: ModelInUse,
    rowsBefore: TrainedRows, lines: [String]
  ) throws(FileError) {
    let notes = file.notes
    let name = notes["adapter"] ?? ""
    guard !name.isEmpty, name != Use.base, name.utf8.count <= Self.longestName,
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
      base: model.identity, modelName: model.description, scheme: model.scheme,
      precision: model.compute.precision, rowsBefore: rowsBefore,
      state: try file.state(for: model.decoder.description, options: call.optimizerOptions),
      curve: TrainingCurve(
        losses: file.losses.enumerated().map { .init(step: $0.offset + 1, loss: $0.element) },
        evaluations: file.evaluations.map { .init(step: $0.step, loss: $0.loss) }),
      lines: lines)
  }

  private static let longestName = 1000
  private static let largestStepCount = 1 << 40
}
