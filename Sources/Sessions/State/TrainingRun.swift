import Models
import RecipeLanguage
import Tensors
import Training

/// A run of `train` as it ended, for `resume:`.
struct TrainingRun {
  /// The adapter's name.
  let name: String
  /// Optimizer steps that the adapter had before the run.
  let stepsBefore: Int
  /// Its arguments, those of the runs that it resumed included.
  let call: VerbCall
  /// The root of its random order.
  let seed: UInt64
  let basis: TrainingBasis
  /// The model as its file has it.
  let base: BaseIdentity
  /// Its name and, where it was quantized, how.
  let modelName: String
  /// How it was quantized, if it was.
  let scheme: String?
  let precision: Precision
  /// Rows that the adapter had seen before the run.
  let rowsBefore: TrainedRows
  let state: TrainingState
  var curve: TrainingCurve
  /// The lines that trained the adapter up to here, this one last.
  let lines: [String]
  /// Whether the user stopped it.
  var isStopped = false
  /// The folder that keeps it for another session, where one does.
  var keptIn: String?

  /// What goes on from here by another call, and leaves this run as it is.
  ///
  /// - Parameters:
  ///   - call: with what it inherits.
  ///   - written: the call as it was written.
  func resumed(by call: VerbCall, _ written: VerbCall) -> TrainingRun {
    // what had no name of its own gets the one that `:save` would give it
    let earlier = self.call.valueName.map { $0.hasPrefix("_") ? "value\($0.dropFirst())" : $0 }
    var lines = lines
    if let earlier, let last = lines.last, !last.hasPrefix("let ") {
      lines[lines.count - 1] = "let \(earlier) = \(last)"
    }
    return TrainingRun(
      name: name, stepsBefore: stepsBefore, call: call, seed: seed, basis: basis, base: base,
      modelName: modelName, scheme: scheme, precision: precision, rowsBefore: rowsBefore,
      state: state.copy(options: call.optimizerOptions), curve: curve,
      lines: lines + [written.line(naming: earlier)],
      keptIn: keptIn)
  }
}

extension VerbCall {
  /// What a `train` asks of its optimizer.
  var optimizerOptions: OptimizerOptions {
    OptimizerOptions(
      name: self[Train.optimizer], weightDecay: self[Train.weightDecay],
      momentum: self[Train.momentum], ratioOfB: self[Train.ratioOfB],
      layerDecay: self[Train.layerDecay])
  }
}
