import Models
import Tensors
import Training

/// What all training cases share.
struct TrainingSetting {
  var scheme = "nf4"
  var rank = 8
  var sequences = 4
  var length = 256

  /// Random sequences in pieces of at most as many tokens as the trainer works on at once.
  func batches(vocabulary: Int) -> [TokenBatch] {
    var random = RandomGenerator(seed: 3, stream: "bench tokens")
    let together = max(1, TrainingConfiguration().tokensPerPass / length)
    return stride(from: 0, to: sequences, by: together).map { first in
      TokenBatch(
        sequences: (first..<min(sequences, first + together)).map { _ in
          (0..<length).map { _ in Int32(random.integer(below: vocabulary)) }
        })
    }
  }
}

/// One LoRA training step on random tokens, every position trained: forward, backward, update.
struct StepCase: BenchmarkCase {
  /// Quantized as the setting says.
  let frozen: FrozenModel
  let precision: Precision
  let setting: TrainingSetting
  let targets: [LinearRole]
  let recomputes: Bool

  var name: String {
    let what = targets.count == LinearRole.allCases.count ? "all linear" : "q,v"
    return "training step \(setting.sequences)x\(setting.length) \(setting.scheme) \(what)"
      + " rank \(setting.rank)" + (recomputes ? ", recomputed" : "")
  }
  var work: Double { Double(setting.sequences * setting.length) }
  var unit: String { "tokens/s" }
  /// bf16 keeps 8 bits of each operand; the loss of a step stays within this of the exact one.
  var tolerance: Double { 0.01 }

  private var model: DecoderModel { frozen.decoder }

  private var adapterConfiguration: LoRAConfiguration {
    LoRAConfiguration(rank: setting.rank, alpha: 2 * Double(setting.rank), targets: targets)
  }

  /// Every weight once forward and once for the gradient of its input, the adapter's matrices three
  /// times, attention over what each position sees. What is computed a second time is not counted.
  var limit: Limit {
    let sizes = model.description.sizes
    let weights = (model.weights.linears + [model.weights.head]).reduce(0) { $0 + $1.elementCount }
    let adapter = AdapterLayout(configuration: adapterConfiguration, model: model.description).count
    let seen = sizes.layers * sizes.query * (setting.length + 1) / 2
    let perToken = 4 * weights + 6 * adapter + 12 * seen
    return .products(Double(perToken) * work / 1e9)
  }

  /// Weights, activations, and the adapter with gradient and two moments.
  var plannedBytes: Int? {
    let layout = AdapterLayout(configuration: adapterConfiguration, model: model.description)
    let tokens = min(
      setting.sequences * setting.length, max(setting.length, TrainingConfiguration().tokensPerPass)
    )
    let activations = ActivationPlan(
      model: model.description, layout: layout, precision: precision
    ).byteCount(tokens: tokens, recomputes: recomputes)
    return model.weights.byteCount + activations + 4 * 4 * layout.count
  }

  private func step(_ compute: Compute) -> () -> Double {
    let adapter = Adapter(
      configuration: adapterConfiguration, model: model.description, seed: 1)
    let step = TrainingStep(
      pass: TrainingPass(model: model, recomputes: recomputes), adapter: adapter,
      optimizer: Optimizer(AdamW(), layout: adapter.parameters.layout),
      compute: compute)
    let batches = setting.batches(vocabulary: model.description.sizes.vocabulary)
    return { step.run(batches, rate: 1e-4, maxNorm: 1, dropoutSeed: nil).loss }
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
