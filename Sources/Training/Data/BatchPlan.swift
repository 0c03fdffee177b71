import Models
import Tensors

/// Which examples a step trains on, in which order and in which pieces.
///
/// A plan keeps no position: every step is a function of its number, so a run resumes at any step.
package struct BatchPlan: Sendable {
  /// The examples of one optimizer step.
  package struct Step: Equatable, Sendable {
    /// From 0.
    package let epoch: Int
    /// What is worked on at once, in order. Losses are weighted by the trained tokens of the whole
    /// step, so the pieces do not change the result.
    package let batches: [TokenBatch]
    /// Predictions that count, of all pieces: what the step's loss and gradients are divided by.
    package var trainedTokens: Int { batches.reduce(0) { $0 + $1.targets.count } }
    /// Tokens that the model reads.
    package var tokens: Int { batches.reduce(0) { $0 + $1.tokens.count } }
  }

  private let dataset: Dataset
  /// The dataset's rows that are trained on.
  package let rows: [Int]
  package let examplesAStep: Int
  /// The most tokens of one piece, unless a single example has more.
  package let tokenBudget: Int
  /// Nil keeps the file's order.
  package let shuffleSeed: UInt64?

  /// - Parameters:
  ///   - rows: indices of the dataset's rows, for example a split's `train`.
  ///   - batch: examples that `accumulate` counts in.
  ///   - accumulate: a step has `batch` × `accumulate` examples, whatever pieces they make.
  ///   - tokenBudget: the most tokens laid end to end; 0 works on one example at a time.
  ///   - shuffleSeed: the seed of the order, which is another in every epoch; nil for file order.
  package init(
    of dataset: Dataset, rows: [Int], batch: Int, accumulate: Int = 1, tokenBudget: Int,
    shuffleSeed: UInt64?
  ) {
    self.dataset = dataset
    self.rows = rows.filter(dataset.tokenized.indices.contains)
    let (product, overflow) = max(batch, 1).multipliedReportingOverflow(by: max(accumulate, 1))
    examplesAStep = overflow ? .max : product
    self.tokenBudget = tokenBudget
    self.shuffleSeed = shuffleSeed
  }

  package var stepsPerEpoch: Int {
    rows.isEmpty ? 0 : (rows.count - 1) / examplesAStep + 1
  }

  /// Tokens that the model reads in one epoch.
  package var tokensPerEpoch: Int {
    rows.reduce(0) { $0 + max(0, dataset.tokenized.outline($1).count - 1) }
  }

  /// The most tokens that a piece of any step can have: what memory is planned for.
  package var largestBatch: Int {
    let lengths = rows.map { dataset.tokenized.outline($0).count - 1 }.sorted(by: >)
    let whole = lengths.prefix(examplesAStep).reduce(0, +)
    return max(lengths.first ?? 0, min(whole, tokenBudget))
  }

  /// A step by its number in the run, from 0. The last step of an epoch has the examples that are
  /// left.
  package func step(_ number: Int) -> Step {
    guard number >= 0, stepsPerEpoch > 0 else { return Step(epoch: 0, batches: []) }
    let (epoch, index) = number.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let first = index * examplesAStep
    let order = order(ofEpoch: epoch)[first...].prefix(examplesAStep)
    return Step(
      epoch: epoch,
      batches: TokenBatch.packed(
        dataset.tokenized.choosing(Array(order)), tokenBudget: tokenBudget))
  }

  /// Where the examples of steps of one epoch stand in its order.
  func places(ofSteps steps: Range<Int>) -> Range<Int> {
    let (start, isFar) = steps.lowerBound.multipliedReportingOverflow(by: examplesAStep)
    let (end, isFarther) = steps.upperBound.multipliedReportingOverflow(by: examplesAStep)
    return (isFar ? .max : start)..<(isFarther ? .max : end)
  }

  /// The rows in the order of an epoch.
  package func order(ofEpoch epoch: Int) -> [Int] {
    guard let shuffleSeed else { return rows }
    var generator = RandomGenerator(
      seed: shuffleSeed, stream: "shuffle", index: UInt64(clamping: epoch))
    return generator.permutation(rows.count).map { rows[$0] }
  }
}
