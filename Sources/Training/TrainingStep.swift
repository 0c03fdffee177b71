import Models
import Tensors

/// One optimizer update: forward, loss, backward, clip, step.
package struct TrainingStep {
  package struct Report: Sendable {
    /// Mean loss of the trained tokens, in nats.
    package var loss: Double
    /// Length of the gradient before clipping.
    package var gradientNorm: Double
    package var tokens: Int
    package var trainedTokens: Int

    package var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
  }

  package let pass: TrainingPass
  package let adapter: Adapter
  package let optimizer: Optimizer
  package let compute: Compute
  private let gradient: AdapterVector

  package init(pass: TrainingPass, adapter: Adapter, optimizer: Optimizer, compute: Compute) {
    self.pass = pass
    self.adapter = adapter
    self.optimizer = optimizer
    self.compute = compute
    gradient = AdapterVector(layout: adapter.parameters.layout)
  }

  /// Trains on the batches of one step. Each trained token weighs the same, however the step is cut
  /// into batches. A loss or gradient that is not finite leaves the adapter as it was.
  ///
  /// - Parameters:
  ///   - rate: the learning rate of this step.
  ///   - ownRates: those of modules that have another.
  ///   - maxNorm: longest gradient; 0 never clips.
  ///   - dropoutSeed: differs for each step; nil turns dropout off.
  /// - Returns: nil if the pass was aborted; the adapter is as it was.
  package func runUnlessAborted(
    _ batches: [TokenBatch], rate: Double, ownRates: [ModulePlace: Double] = [:],
    maxNorm: Double, dropoutSeed: UInt64?
  ) -> Report? {
    gradient.fill(0)
    let trainedTokens = batches.reduce(0) { $0 + $1.scored.count }
    var score = CrossEntropy.Score()
    for (index, batch) in batches.enumerated() {
      if pass.isAborted() { return nil }
      let seed = dropoutSeed.map { $0 &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15 }
      let use = AdapterUse(adapter, gradient: gradient, dropoutSeed: seed)
      score.add(
        pass.run(
          batch, adapter: use, weight: 1 / Float(max(1, trainedTokens)), with: compute))
    }
    if pass.isAborted() { return nil }
    gradient.clearStarts()
    let norm = GradientClipping.clip(gradient, to: maxNorm)
    let report = Report(
      loss: score.loss / Double(max(1, score.tokens)), gradientNorm: norm,
      tokens: batches.reduce(0) { $0 + $1.tokens.count }, trainedTokens: trainedTokens)
    if report.isFinite {
      optimizer.step(
        adapter.parameters, gradient: gradient, rate: rate, ownRates: ownRates)
    }
    return report
  }

  /// A step that nothing aborts.
  package func run(
    _ batches: [TokenBatch], rate: Double, ownRates: [ModulePlace: Double] = [:],
    maxNorm: Double, dropoutSeed: UInt64?
  ) -> Report {
    runUnlessAborted(
      batches, rate: rate, ownRates: ownRates, maxNorm: maxNorm, dropoutSeed: dropoutSeed)
      ?? Report(loss: .nan, gradientNorm: .nan, tokens: 0, trainedTokens: 0)
  }

  /// The gradient of the last step, after clipping.
  package var lastGradient: AdapterVector { gradient }
}
