import Diagnostics
import Models
import RecipeLanguage
import Training

/// What the verbs that measure share.
extension Session {
  /// A model knows no positions behind its context.
  func require(_ examples: TokenizedRows, fit model: ModelInUse) throws(VerbFailure) {
    let context = model.decoder.description.sizes.context
    let longest = examples.outlines.max { $0.count < $1.count }
    guard let longest, longest.count - 1 > context else { return }
    throw VerbFailure(
      "E0415",
      "the row of line \(longest.line) has \(longest.count) tokens, and the model's context "
        + "holds \(context)",
      help: "read the dataset with max_length: \(context)")
  }

  /// A figure that is NaN or infinite is none, and whatever would be made of it is wrong.
  func refuse(_ figure: Double, _ what: String) throws(VerbFailure) {
    guard !figure.isFinite else { return }
    let adapter = state.activeAdapter.map { "the adapter \"\($0)\" or " } ?? ""
    throw VerbFailure(
      "E0410", "\(what) is \(figure.isNaN ? "NaN" : "infinite"), which measures nothing",
      help: "\(adapter)the model has weights that are not numbers, or far too large: "
        + (adapter.isEmpty ? "load a sound file" : "`use base` and measure again to know which"))
  }

  /// Runs a measurement with progress; an interruption is a failure, since half a figure is none.
  func measure<Result>(
    _ verb: String, _ model: ModelInUse, _ total: Int, unit: String,
    _ body: (Evaluation, (Int, Int) -> Bool) -> Result
  ) throws(VerbFailure) -> (Result, seconds: Double) {
    let evaluation = Evaluation(
      model: model.decoder, adapter: state.adapter?.adapter, compute: model.compute)
    let clock = ContinuousClock()
    let start = clock.now
    var wasInterrupted = false
    let result = body(evaluation) { done, total in
      let seconds = (clock.now - start).seconds
      progress(
        Progress(
          verb: verb, done: done, total: total, unit: unit,
          secondsLeft: seconds / Double(max(1, done)) * Double(total - done), seconds: seconds))
      wasInterrupted = isInterrupted()
      return !wasInterrupted
    }
    if wasInterrupted {
      throw VerbFailure(
        "E0901", "`\(verb)` was interrupted, so it has no result", kind: .interrupted)
    }
    return (result, (clock.now - start).seconds)
  }
}
