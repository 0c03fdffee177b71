import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of full fine-tuning by transformers and torch on three matrices of the tiny model; see References/README.md.
@Suite struct WholeMatrixTests {
  private func adapter(_ way: RunningWay) throws -> Adapter {
    let model = try way.decoder().description
    let configuration = LoRAConfiguration(
      wholeMatrices: [.block(0, .query), .block(1, .query), .block(1, .down)], of: model)
    return Adapter(configuration: configuration, model: model, seed: 1)
  }

  @Test(arguments: RunningWay.all)
  func `losses, gradients and the matrices at the end are those of full fine-tuning`(
    way: RunningWay
  ) throws {
    let adapter = try adapter(way)
    try ReferenceTraining("whole").expectSteps(of: adapter, way, leavesOutA: true)
    let final = try Goldens("whole/changes.safetensors")
    let distance = try way.folder().distance(
      of: adapter.parameters, adapter.configuration, from: final, leavesOutA: true)
    #expect(distance < 1e-4)
  }

  /// Trained a step, so that it is not zero.
  private func trained(_ way: RunningWay) throws -> Adapter {
    let adapter = try adapter(way)
    let pass = TrainingPass(model: try way.decoder())
    let step = TrainingStep(
      pass: pass, adapter: adapter,
      optimizer: Optimizer(AdamW(), layout: adapter.parameters.layout), compute: way.compute)
    _ = step.run(
      [try ReferenceTraining("whole").batch(0)], rate: 1e-2, maxNorm: 1, dropoutSeed: nil)
    return adapter
  }

  @Test func `it is written as an adapter of full rank, and read again as either`() throws {
    let way = RunningWay()
    let (adapter, model, compute) = (try trained(way), try way.decoder(), way.compute)
    let temporary = TemporaryFolder()
    let folder = try way.folder()
    _ = try folder.write(adapter, to: temporary.path)
    let batch = try ReferenceTraining("whole").batch(1)
    let loss = model.score(batch, adapter: AdapterUse(adapter), with: compute).loss
    let whole = try folder.read(temporary.path, as: .whole)
    #expect(whole.configuration == adapter.configuration)
    #expect(whole.trainableCount == 2 * 64 * 64 + 64 * 192)
    #expect(model.score(batch, adapter: AdapterUse(whole), with: compute).loss == loss)
    let low = try folder.read(temporary.path)
    #expect(low.trainableCount == adapter.trainableCount + 2 * 64 * 64 + 192 * 192)
    #expect(
      relativeError(model.score(batch, adapter: AdapterUse(low), with: compute).loss, loss) < 1e-6)
  }

  @Test func `an adapter of other ranks, or with another A, is no whole change`() throws {
    let way = RunningWay()
    let folder = try way.folder()
    #expect(throws: FileError.self) {
      try folder.read(References.path("lora/adapter_initial"), as: .whole)
    }
    let temporary = TemporaryFolder()
    let adapter = try trained(way)
    _ = try folder.write(adapter, to: temporary.path)
    let low = try folder.read(temporary.path)
    for entry in low.parameters.layout.entries { unsafe low.parameters.pair(entry).a.base[1] = 1 }
    _ = try folder.write(low, to: temporary.path)
    #expect(throws: FileError.self) { try folder.read(temporary.path, as: .whole) }
  }
}
