import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of DoRA by PEFT on the tiny model, with ranks and alphas of layers; see References/README.md.
@Suite struct WeightDecomposedTests {
  @Test(arguments: RunningWay.all)
  func `losses, gradients and the adapter at the end are PEFT's`(way: RunningWay) throws {
    let folder = try way.folder()
    let adapter = try folder.read(References.path("dora/adapter_initial"))
    try ReferenceTraining("dora").expectSteps(of: adapter, way)
    let final = try Goldens("dora/adapter_final/adapter_model.safetensors")
    let start = try Goldens("dora/adapter_initial/adapter_model.safetensors")
    #expect(
      try folder.distance(of: adapter.parameters, adapter.configuration, from: final) < 1e-5)
    #expect(
      try folder.distance(of: adapter.parameters, adapter.configuration, from: start) > 1e-3)
  }

  @Test func `an adapter that was just made answers as the base, and dropout changes it`() throws {
    let way = RunningWay()
    let (model, compute) = (try way.decoder(), way.compute)
    var lora = LoRAConfiguration(rank: 4, alpha: 8, dropout: 0.2, targets: [.query, .down])
    lora.isWeightDecomposed = true
    let adapter = Adapter(configuration: lora, model: model.description, seed: 4)
    adapter.takeLengths(of: model.weights, with: compute)
    let batch = try ReferenceTraining("dora").batch(0)
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
