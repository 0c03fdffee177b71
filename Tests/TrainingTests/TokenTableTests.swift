import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of LoRA beside embedding, head and blocks by PEFT; see References/README.md.
@Suite struct TokenTableTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let way: RunningWay
    var testDescription: String { "\(name), \(way.testDescription)" }
    var folder: String { "tables/\(name)" }

    func adapter() throws -> Adapter {
      try way.folder().read(
        References.path(folder + "/adapter_initial"),
        beside: (try way.decoder().weights, way.compute))
    }
  }

  static let cases =
    RunningWay.all.map { Case(name: "apart", way: $0) } + [
      Case(name: "tied", way: RunningWay(model: "tiny-llama-tied")),
      Case(name: "tied", way: RunningWay(model: "tiny-llama-tied", recomputes: true)),
      Case(name: "projected", way: RunningWay(model: "families/opt-post")),
    ]

  @Test(arguments: cases)
  func `logits, losses, gradients and the adapter at the end are PEFT's`(of sample: Case) throws {
    let adapter = try sample.adapter()
    let (model, compute) = (try sample.way.decoder(), sample.way.compute)
    let golden = try Goldens(sample.folder + "/logits.safetensors")
      .floats("initial.s7.last_logits")
    let tokens = try JSONValue(golden: "tiny-llama/expected.json").at("sequences", "s7").tokens()
    let rows = model.logitRows(tokens, adapter: adapter, with: compute)
    #expect(relativeError(rows.suffix(2).flatMap { $0 }, golden) < 1e-5)
    try ReferenceTraining(sample.folder).expectSteps(of: adapter, sample.way)
    let final = try Goldens(sample.folder + "/adapter_final/adapter_model.safetensors")
    let distance = try sample.way.folder().distance(
      of: adapter.parameters, adapter.configuration, from: final)
    #expect(distance < 1e-5)
  }

  @Test func `what is written again is read as it was, and names the tables by their paths`() throws
  {
    let sample = Self.cases[0]
    let adapter = try sample.adapter()
    let target = TemporaryFolder()
    let folder = try sample.way.folder()
    _ = try folder.write(adapter, to: target.path)
    let again = try folder.read(target.path)
    #expect(again.configuration == adapter.configuration)
    #expect(again.configuration.tables == [.embedding, .head])
    #expect(again.trainableCount == 3 * (64 + 320) + 5 * (64 + 320) + 3 * 3 * (128 + 256))
    for index in 0..<adapter.parameters.count {
      #expect(again.parameters.values[index] == adapter.parameters.values[index])
    }
  }

  @Test func `a copy of a table that is not the base's is refused`() throws {
    let sample = Self.cases[0]
    let model = try sample.way.decoder()
    let doubled = model.weights.rewritten(
      folding: try sample.adapter(), as: { _, _ in nil }, with: sample.way.compute
    ).weights
    let error = #expect(throws: (any Error).self) {
      try sample.way.folder().read(
        References.path(sample.folder + "/adapter_initial"),
        beside: (doubled, sample.way.compute))
    }
    #expect("\(String(describing: error))".contains("is not that of this model"))
  }

  @Test func `folded in, both tables give the logits of the model with the adapter`() throws {
    let sample = Self.cases[0]
    let (model, compute, adapter) = (
      try sample.way.decoder(), sample.way.compute, try sample.adapter()
    )
    let exact = QuantizationScheme(format: .f32)
    let (weights, report) = model.weights.rewritten(
      folding: adapter, as: { _, _ in exact }, with: compute)
    #expect(report.changed == adapter.parameters.layout.entries.count)
    let tokens: [Int32] = [5, 9, 77, 12, 30]
    let on = model.logitRows(tokens, adapter: adapter, with: compute).flatMap { $0 }
    let merged = model.with(weights).logitRows(tokens, with: compute).flatMap { $0 }
    #expect(relativeError(merged, on) < 1e-5)
  }
}
