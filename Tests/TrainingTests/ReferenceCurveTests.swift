import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of PEFT and torch's AdamW on the tiny model; see References/README.md.
@Suite struct ReferenceCurveTests {
  /// How our run is made; all of them must give PEFT's curve.
  struct Case: Sendable, CustomTestStringConvertible {
    var file = "hf"
    var usesLibrary = false
    var recomputes = false
    /// Which rows of a batch are worked on together.
    var pieces = [[0, 1, 2]]

    var testDescription: String {
      "\(file), rows \(pieces)" + (usesLibrary ? ", OpenBLAS" : "")
        + (recomputes ? ", recomputed" : "")
    }
    var compute: Compute {
      Compute(threadCount: 2, precision: .f32, usesLibrary: usesLibrary)
    }
    var places: AdapterFolder {
      get throws { AdapterFolder(model: try decoder().description, baseModel: "tiny-llama") }
    }

    func decoder() throws -> DecoderModel {
      try LoadedModel(path: References.path("tiny-llama/\(file)")).decoder
    }

    func initialAdapter() throws -> Adapter {
      try places.read(References.path("lora/adapter_initial"))
    }
  }

  static let cases = [
    Case(), Case(file: "f32.gguf"), Case(usesLibrary: true), Case(recomputes: true),
    Case(pieces: [[0, 1], [2]]), Case(file: "f32.gguf", recomputes: true, pieces: [[2], [0], [1]]),
  ]

  private let curve: JSONValue

  init() throws { curve = try JSONValue(golden: "lora/curve.json") }

  /// The rows of a batch, end to end in pieces.
  private func batches(_ index: Int, _ pieces: [[Int]]) throws -> [TokenBatch] {
    let batch = try curve.at("batches").elements()[index]
    let rows = try batch.at("ids").elements().map { try $0.tokens() }
    let flags = try batch.at("train").elements().map { try $0.flags() }
    return pieces.map { rowsOfPiece in
      var piece = TokenBatch()
      for row in rowsOfPiece { piece.append(rows[row], trained: flags[row], readsLast: false) }
      return piece
    }
  }

  private func rule() throws -> AdamW {
    let optimizer = try curve.at("optimizer")
    let betas = try optimizer.at("betas").numbers()
    return AdamW(
      beta1: betas[0], beta2: betas[1], epsilon: try optimizer.at("eps").number(),
      weightDecay: try optimizer.at("weight_decay").number())
  }

  /// Runs the whole curve; gives each step's report and the adapter at the end.
  private func train(_ sample: Case) throws -> ([TrainingStep.Report], Adapter) {
    let adapter = try sample.initialAdapter()
    let step = TrainingStep(
      pass: TrainingPass(model: try sample.decoder(), recomputes: sample.recomputes),
      adapter: adapter,
      optimizer: Optimizer(try rule(), layout: adapter.parameters.layout),
      compute: sample.compute)
    let limit = try curve.at("clip").number()
    let reports = try curve.at("steps").elements().map { golden in
      step.run(
        try batches(Int(try golden.at("batch").number()), sample.pieces),
        rate: try golden.at("lr").number(), maxNorm: limit, dropoutSeed: nil)
    }
    return (reports, adapter)
  }

  @Test(arguments: cases)
  func lossesAndGradientNormsFollowPEFT(of sample: Case) throws {
    let (reports, _) = try train(sample)
    let goldens = try curve.at("steps").elements()
    #expect(reports.count == 10)
    for (report, golden) in zip(reports, goldens) {
      #expect(relativeError(report.loss, try golden.at("loss").number()) < 2e-6)
      #expect(relativeError(report.gradientNorm, try golden.at("gradient_norm").number()) < 5e-6)
      #expect(report.trainedTokens == (try golden.at("trained_tokens").int))
    }
  }

  @Test(arguments: cases)
  func theAdapterAtTheEndIsPEFTs(of sample: Case) throws {
    let (_, adapter) = try train(sample)
    let difference = try difference(
      adapter.parameters, from: Goldens("lora/adapter_final/adapter_model.safetensors"), sample)
    #expect(difference < 1e-5)
    // What training changed is far above what may differ.
    let change = try self.difference(
      adapter.parameters, from: Goldens("lora/adapter_initial/adapter_model.safetensors"), sample)
    #expect(change > 1e-3)
  }

  @Test(arguments: cases)
  func theFirstGradientIsPEFTs(of sample: Case) throws {
    let adapter = try sample.initialAdapter()
    let gradient = AdapterVector(layout: adapter.parameters.layout)
    let pass = TrainingPass(model: try sample.decoder(), recomputes: sample.recomputes)
    let batches = try batches(0, sample.pieces)
    let trained = batches.reduce(0) { $0 + $1.scored.count }
    for batch in batches {
      _ = pass.run(
        batch, adapter: AdapterUse(adapter, gradient: gradient), weight: 1 / Float(trained),
        with: sample.compute)
    }
    let golden = try Goldens("lora/gradients_step0.safetensors")
    #expect(try difference(gradient, from: golden, sample) < 1e-5)
  }

  private func difference(
    _ vector: AdapterVector, from golden: Goldens, _ sample: Case
  ) throws -> Double {
    try sample.places.distance(of: vector, sample.initialAdapter().configuration, from: golden)
  }
}
