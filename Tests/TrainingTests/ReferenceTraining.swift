import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// One way of running the tiny model.
struct RunningWay: Sendable, CustomTestStringConvertible {
  var model = "tiny-llama"
  var file = "hf"
  var usesLibrary = false
  var recomputes = false

  static let all = [
    RunningWay(), RunningWay(file: "f32.gguf"), RunningWay(usesLibrary: true),
    RunningWay(recomputes: true),
  ]

  var testDescription: String {
    (model == "tiny-llama" ? file : "\(model), \(file)") + (usesLibrary ? ", OpenBLAS" : "")
      + (recomputes ? ", recomputed" : "")
  }
  var compute: Compute {
    Compute(threadCount: 2, precision: .f32, usesLibrary: usesLibrary)
  }

  func decoder() throws -> DecoderModel {
    try LoadedModel(path: References.path("\(model)/\(file)")).decoder
  }

  func folder() throws -> AdapterFolder {
    AdapterFolder(model: try decoder().description, baseModel: model)
  }
}

/// A training of a few steps that torch ran: `curve.json` and the first step's gradients of a folder of references.
struct ReferenceTraining {
  let name: String
  private let curve: JSONValue

  init(_ name: String) throws {
    self.name = name
    curve = try JSONValue(golden: "\(name)/curve.json")
  }

  /// The rates of modules by its names for them, of which the first that fits counts.
  func rates(in layout: AdapterLayout) throws -> [ModulePlace: Double] {
    var rates: [ModulePlace: Double] = [:]
    for golden in try curve.at("rates").elements() {
      let pattern = try ModulePattern(ending: try #require(golden["end"]?.string))
      for place in layout.entries.map(\.place) where rates[place] == nil {
        guard pattern.fits(within: layout.model.path(at: place)) else { continue }
        rates[place] = try golden.at("rate").number()
      }
    }
    return rates
  }

  /// - Parameter readsLast: whether the model reads the last tokens too, from which nothing is predicted.
  func batch(_ index: Int, readsLast: Bool = false) throws -> TokenBatch {
    let batch = try curve.at("batches").elements()[index]
    var result = TokenBatch()
    for (row, flags) in zip(try batch.at("ids").elements(), try batch.at("train").elements()) {
      result.append(try row.tokens(), trained: try flags.flags(), readsLast: readsLast)
    }
    return result
  }

  /// Expects the first gradient and the losses and norms of all steps to be torch's; the adapter then is as it
  /// is at their end.
  ///
  /// - Parameters:
  ///   - leavesOutA: whether the reference has B alone.
  ///   - hasGradients: whether it has the first gradient.
  ///   - layerDecay: the rate of each block as a multiple of that of the block above it.
  ///   - ownRates: those of modules that have another than `lr`, at its peak.
  func expectSteps(
    of adapter: Adapter, _ way: RunningWay, leavesOutA: Bool = false, hasGradients: Bool = true,
    layerDecay: Double = 1, ownRates: [ModulePlace: Double] = [:]
  ) throws {
    let pass = TrainingPass(model: try way.decoder(), recomputes: way.recomputes)
    if hasGradients { try expectFirstGradient(of: adapter, pass, way, leavesOutA: leavesOutA) }
    let optimizer = try curve.at("optimizer")
    let step = TrainingStep(
      pass: pass, adapter: adapter,
      optimizer: Optimizer(
        AdamW(weightDecay: try optimizer.at("weight_decay").number()), layerDecay: layerDecay,
        layout: adapter.parameters.layout), compute: way.compute)
    for golden in try curve.at("steps").elements() {
      let rate = try golden.at("lr").number()
      let share = try rate / optimizer.at("lr").number()
      let report = step.run(
        [try batch(Int(try golden.at("batch").number()))], rate: rate,
        ownRates: ownRates.mapValues { $0 * share }, maxNorm: try curve.at("clip").number(),
        dropoutSeed: nil)
      #expect(relativeError(report.loss, try golden.at("loss").number()) < 2e-6)
      #expect(relativeError(report.gradientNorm, try golden.at("gradient_norm").number()) < 1e-5)
    }
  }

  private func expectFirstGradient(
    of adapter: Adapter, _ pass: TrainingPass, _ way: RunningWay, leavesOutA: Bool
  ) throws {
    let gradient = AdapterVector(layout: adapter.parameters.layout)
    let first = try batch(0)
    _ = pass.run(
      first, adapter: AdapterUse(adapter, gradient: gradient),
      weight: 1 / Float(first.scored.count), with: way.compute)
    let golden = try Goldens("\(name)/gradients_step0.safetensors")
    let distance = try way.folder().distance(
      of: gradient, adapter.configuration, from: golden, leavesOutA: leavesOutA)
    #expect(distance < 1e-5)
  }
}
