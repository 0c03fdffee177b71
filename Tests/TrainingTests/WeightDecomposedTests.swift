import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of DoRA by PEFT on the tiny model, with ranks and alphas of layers; see References/README.md.
@Suite struct WeightDecomposedTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var file = "hf"
    var usesLibrary = false
    var recomputes = false

    var testDescription: String {
      file + (usesLibrary ? ", OpenBLAS" : "") + (recomputes ? ", recomputed" : "")
    }
    var compute: Compute {
      Compute(threadCount: 2, precision: .f32, usesLibrary: usesLibrary)
    }

    func decoder() throws -> DecoderModel {
      try LoadedModel(path: References.path("tiny-llama/\(file)")).decoder
    }

    func folder() throws -> AdapterFolder {
      AdapterFolder(model: try decoder().description, baseModel: "tiny-llama")
    }
  }

  static let cases = [
    Case(), Case(file: "f32.gguf"), Case(usesLibrary: true), Case(recomputes: true),
  ]

  private let curve: JSONValue

  init() throws { curve = try JSONValue(golden: "dora/curve.json") }

  private func batch(_ index: Int) throws -> TokenBatch {
    let batch = try curve.at("batches").elements()[index]
    var result = TokenBatch()
    for (row, flags) in zip(try batch.at("ids").elements(), try batch.at("train").elements()) {
      result.append(try row.tokens(), trained: try flags.flags(), readsLast: false)
    }
    return result
  }

  @Test(arguments: cases)
  func `losses, gradients and the adapter at the end are PEFT's`(of sample: Case) throws {
    let (folder, model, compute) = (try sample.folder(), try sample.decoder(), sample.compute)
    let adapter = try folder.read(References.path("dora/adapter_initial"))
    let gradient = AdapterVector(layout: adapter.parameters.layout)
    let pass = TrainingPass(model: model, recomputes: sample.recomputes)
    let first = try batch(0)
    _ = pass.run(
      first, adapter: AdapterUse(adapter, gradient: gradient),
      weight: 1 / Float(first.scored.count), with: compute)
    let golden = try Goldens("dora/gradients_step0.safetensors")
    #expect(try folder.distance(of: gradient, adapter.configuration, from: golden) < 1e-5)
    let optimizer = try curve.at("optimizer")
    let step = TrainingStep(
      pass: pass, adapter: adapter,
      optimizer: Optimizer(
        AdamW(weightDecay: try optimizer.at("weight_decay").number()),
        layout: adapter.parameters.layout), compute: compute)
    for golden in try curve.at("steps").elements() {
      let report = step.run(
        [try batch(Int(try golden.at("batch").number()))], rate: try golden.at("lr").number(),
        maxNorm: try curve.at("clip").number(), dropoutSeed: nil)
      #expect(relativeError(report.loss, try golden.at("loss").number()) < 2e-6)
      #expect(relativeError(report.gradientNorm, try golden.at("gradient_norm").number()) < 1e-5)
    }
    let final = try Goldens("dora/adapter_final/adapter_model.safetensors")
    let start = try Goldens("dora/adapter_initial/adapter_model.safetensors")
    #expect(
      try folder.distance(of: adapter.parameters, adapter.configuration, from: final) < 1e-5)
    #expect(
      try folder.distance(of: adapter.parameters, adapter.configuration, from: start) > 1e-3)
  }

  @Test func `an adapter that was just made answers as the base, and dropout changes it`() throws {
    let sample = Case()
    let (model, compute) = (try sample.decoder(), sample.compute)
    var lora = LoRAConfiguration(rank: 4, alpha: 8, dropout: 0.2, targets: [.query, .down])
    lora.isWeightDecomposed = true
    let adapter = Adapter(configuration: lora, model: model.description, seed: 4)
    adapter.takeLengths(of: model.weights, with: compute)
    let batch = try batch(0)
    let bare = model.score(batch, with: compute).loss
    let same = model.score(batch, adapter: AdapterUse(adapter), with: compute).loss
    #expect(relativeError(same, bare) < 1e-6)
    for entry in adapter.parameters.layout.entries {
      adapter.parameters.pair(entry).lengths?.fill(1)
    }
    let losses = [nil, 1, 2].map { (seed: UInt64?) in
      let gradient = AdapterVector(layout: adapter.parameters.layout)
      return TrainingPass(model: model).run(
        batch, adapter: AdapterUse(adapter, gradient: gradient, dropoutSeed: seed), weight: 1,
        with: compute
      ).loss
    }
    #expect(Set(losses).count == 3)
  }
}
