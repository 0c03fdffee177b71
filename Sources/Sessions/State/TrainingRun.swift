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
  /// - Parameter line: the call as it was written, without what it inherits.
  func resumed(by call: VerbCall, line: String) -> TrainingRun {
    TrainingRun(
      name: name, stepsBefore: stepsBefore, call: call, seed: seed, basis: basis, base: base,
      modelName: modelName, scheme: scheme, precision: precision, rowsBefore: rowsBefore,
      state: state.copy(options: call.optimizerOptions), curve: curve, lines: lines + [line],
      keptIn: keptIn)
  }
}

extension VerbCall {
  /// What a `train` asks of its optimizer.
  var optimizerOptions: OptimizerOptions {
    OptimizerOptions(
      name: self[Train.optimizer], weightDecay: self[Train.weightDecay],
      momentum: self[Train.momentum], ratioOfB: self[Train.ratioOfB])
  }
}
