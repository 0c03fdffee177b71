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
  let state: TrainingState
  var curve: TrainingCurve
}
