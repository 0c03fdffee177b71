import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of LoRA by PEFT from EVA's start; see References/README.md.
@Suite struct ExplainedVarianceTests {
  private static let forms = ["spread": 2.0, "planned": 1]

  private func plan(_ model: DecoderModel) -> LoRAConfiguration {
    var plan = LoRAConfiguration(
      rank: 4, alpha: 6, targets: [.query, .key, .attentionOutput, .down])
    for layer in 0..<model.description.sizes.layers {
      plan.ranks[ModulePlace(layer: layer, role: .attentionOutput)] = 6
    }
    return plan
  }

  private func adapter(
    _ reference: ReferenceTraining, growth: Double, _ way: RunningWay
  ) throws -> Adapter {
    let model = try way.decoder()
    var variance = ExplainedVariance(plan(model), of: model, growth: growth)
    var count = 0
    while !variance.isSettled, count < 100 {
      let batch = try reference.batch(count % 2, readsLast: true)
      let isFinite = variance.read(batch, rows: batch.scored.map { $0 + 1 }, with: way.compute)
      #expect(isFinite)
      count += 1
    }
    #expect(variance.isSettled && variance.hasDirections && count > 2)
    let adapter = Adapter(
      configuration: variance.configuration, model: model.description, start: .eva, seed: 1)
    variance.fill(adapter)
    return adapter
  }

  @Test(arguments: forms.keys.sorted(), RunningWay.all)
  func `ranks, A, gradients and losses are PEFT's`(form: String, way: RunningWay) throws {
    let reference = try ReferenceTraining("eva/\(form)")
    let adapter = try adapter(reference, growth: try #require(Self.forms[form]), way)
    let golden = try Goldens("\(reference.name)/start.safetensors")
    let model = try way.decoder().description
    #expect(adapter.parameters.layout.entries.count == golden.names.count)
    for entry in adapter.parameters.layout.entries {
      let name = "base_model.model.\(model.path(at: entry.place)).lora_A.weight"
      let expected = try golden.floats(name)
      #expect(expected.count == entry.rank * entry.inputs, "\(name)")
      #expect(abs(entry.scale - 1.5) < 1e-6 || entry.place.role == .attentionOutput)
      let a = adapter.parameters.pair(entry).a
      let furthest = expected.indices.map { unsafe abs(a.base[$0] - expected[$0]) }.max() ?? 1
      #expect(furthest < 1e-4, "\(name)")
    }
    try reference.expectSteps(of: adapter, way, leavesOutA: true)
  }

  @Test func `a layer that gets no rank gets no adapter`() throws {
    let way = RunningWay()
    let model = try way.decoder()
    let plan = LoRAConfiguration(rank: 1, alpha: 2, targets: [.query, .down])
    var variance = ExplainedVariance(plan, of: model, growth: 4)
    let reference = try ReferenceTraining("eva/spread")
    for count in 0..<20 {
      let batch = try reference.batch(count % 2, readsLast: true)
      let isFinite = variance.read(batch, rows: batch.scored, with: way.compute)
      #expect(isFinite)
    }
    let found = variance.configuration
    let entries = AdapterLayout(configuration: found, model: model.description).entries
    #expect(entries.reduce(0) { $0 + $1.rank } == 2 * model.description.sizes.layers)
    #expect(entries.count < 2 * model.description.sizes.layers)
    #expect(entries.allSatisfy { $0.scale == 2 && (1...4).contains($0.rank) })
  }

  @Test func `one thread finds what two find`() throws {
    let model = try RunningWay().decoder()
    let reference = try ReferenceTraining("eva/spread")
    let found = try [1, 2].map { threads in
      let compute = Compute(threadCount: threads, precision: .f32, usesLibrary: false)
      var variance = ExplainedVariance(plan(model), of: model, growth: 2)
      for count in 0..<4 {
        let batch = try reference.batch(count % 2, readsLast: true)
        let isFinite = variance.read(batch, rows: batch.scored, with: compute)
        #expect(isFinite)
      }
      let adapter = Adapter(
        configuration: variance.configuration, model: model.description, start: .eva, seed: 1)
      variance.fill(adapter)
      return adapter
    }
    #expect(found[0].configuration == found[1].configuration)
    let (one, two) = (found[0].parameters, found[1].parameters)
    #expect((0..<one.count).allSatisfy { unsafe one.values[$0] == two.values[$0] })
  }

  @Test func `batches with fewer rows than directions are passed over`() throws {
    let way = RunningWay()
    let model = try way.decoder()
    var variance = ExplainedVariance(plan(model), of: model, growth: 2)
    let batch = try ReferenceTraining("eva/spread").batch(0, readsLast: true)
    var finite = [variance.read(batch, rows: [3, 4], with: way.compute)]
    #expect(!variance.hasDirections && !variance.isSettled)
    finite.append(variance.read(batch, rows: [], with: way.compute))
    finite.append(variance.read(batch, rows: batch.scored, with: way.compute))
    #expect(finite == [true, true, true])
    #expect(variance.hasDirections && !variance.isSettled)
  }
}
