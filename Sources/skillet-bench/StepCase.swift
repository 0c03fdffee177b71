import Models
import Tensors
import Training

/// What all training cases share.
struct TrainingSetting {
  let scheme: String
  let rank: Int
  let sequences: Int
  let length: Int

  func batch(vocabulary: Int) -> TokenBatch {
    var random = RandomGenerator(seed: 3, stream: "bench tokens")
    return TokenBatch(
      sequences: (0..<sequences).map { _ in
        (0..<length).map { _ in Int32(random.integer(below: vocabulary)) }
      })
  }
}

/// One LoRA training step on random tokens, every position trained: forward, backward, update.
struct StepCase: BenchmarkCase {
  let model: DecoderModel
  let setting: TrainingSetting
  let targets: [TargetModule]
  let recomputes: Bool

  var name: String {
    let what = targets.count == TargetModule.allCases.count ? "all linear" : "q,v"
    return "training step \(setting.sequences)x\(setting.length) \(setting.scheme) \(what)"
      + " rank \(setting.rank)" + (recomputes ? ", recomputed" : "")
  }
  var work: Double { Double(setting.sequences * setting.length) }
  var unit: String { "tokens/s" }
  /// bf16 keeps 8 bits of each operand; the loss of a step stays within this of the exact one.
  var tolerance: Double { 0.01 }

  private func quantized(_ compute: Compute) -> DecoderModel {
    guard let format = WeightFormat(rawValue: setting.scheme) else { return model }
    let weights = model.weights.quantized(
      to: QuantizationScheme(format: format), skipping: [], includesHead: false, with: compute
    ).weights
    return DecoderModel(configuration: model.configuration, weights: weights, rope: model.rope)
  }

  private func step(_ compute: Compute) -> () -> Double {
    let model = quantized(compute)
    let adapter = Adapter(
      configuration: LoRAConfiguration(
        rank: setting.rank, alpha: 2 * Double(setting.rank), targets: targets),
      model: model.configuration, seed: 1)
    let step = TrainingStep(
      pass: TrainingPass(model: model, recomputes: recomputes), adapter: adapter,
      optimizer: AdamW(layout: adapter.parameters.layout, options: AdamW.Options()),
      compute: compute)
    let batch = setting.batch(vocabulary: model.configuration.vocabularySize)
    return { step.run([batch], rate: 1e-4, maxNorm: 1, dropoutSeed: nil).loss }
  }

  /// The loss after one update, against exact products.
  func check(_ compute: Compute, against exact: Compute) throws -> Double {
    let losses = [compute, exact].map { compute in
      let step = step(compute)
      _ = step()
      return step()
    }
    return abs(losses[0] - losses[1]) / losses[1]
  }

  func prepare(_ compute: Compute) throws -> () -> Void {
    let step = step(compute)
    return { _ = step() }
  }
}
