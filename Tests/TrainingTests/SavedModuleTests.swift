import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of LoRA beside modules that are trained themselves, by PEFT; see References/README.md.
@Suite struct SavedModuleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let way: RunningWay
    var testDescription: String { "\(name), \(way.testDescription)" }
    var folder: String { "saved/\(name)" }

    init(_ name: String, _ way: RunningWay) { (self.name, self.way) = (name, way) }
  }

  static let families = ["gemma3", "gpt2", "bloom", "cohere-heads", "opt-post"]
  static let cases =
    RunningWay.all.map { Case("apart", $0) }
    + [
      Case("tied", RunningWay(model: "tiny-llama-tied")),
      Case("tied-ensured", RunningWay(model: "tiny-llama-tied")),
      Case("tokens", RunningWay()), Case("tokens", RunningWay(file: "f32.gguf")),
      Case("tokens", RunningWay(recomputes: true)),
      Case("tokens-tied", RunningWay(model: "tiny-llama-tied")),
      Case("tokens-parted", RunningWay(model: "tiny-llama-tied")),
      Case("tokens-scaled", RunningWay(model: "families/gemma3")),
      Case("padded", RunningWay()), Case("padded-pair", RunningWay()),
      Case("padded-tokens", RunningWay(model: "tiny-llama-tied")),
      Case("norm-biases", RunningWay(model: "families/starcoder2")),
      Case("gemma3", RunningWay(model: "families/gemma3", file: "f32.gguf")),
      Case("gpt2", RunningWay(model: "families/gpt2", file: "f32.gguf")),
    ]
    + families.flatMap { name in
      [false, true].map {
        Case(name, RunningWay(model: "families/" + name, recomputes: $0))
      }
    }

  private func logits(
    _ sample: Case, _ adapter: Adapter, _ model: DecoderModel, golden: String
  ) throws -> Double {
    let rows = try Goldens(sample.folder + "/logits.safetensors").floats(golden)
    let tokens = try JSONValue(golden: "tiny-llama/expected.json").at("sequences", "s7").tokens()
    let own = model.logitRows(tokens, adapter: adapter, with: sample.way.compute).suffix(2)
    return relativeError(own.flatMap { $0 }, rows)
  }

  @Test(arguments: cases)
  func `logits, losses, gradients and the adapter at the end are PEFT's`(of sample: Case) throws {
    let (folder, model) = (try sample.way.folder(), try sample.way.decoder())
    let adapter = try folder.read(References.path(sample.folder + "/adapter_initial"))
    #expect(try logits(sample, adapter, model, golden: "initial.s7.last_logits") < 1e-5)
    try ReferenceTraining(sample.folder).expectSteps(of: adapter, sample.way)
    let final = try Goldens(sample.folder + "/adapter_final/adapter_model.safetensors")
    let distance = try folder.distance(
      of: adapter.parameters, adapter.configuration, from: final)
    #expect(distance < 1e-5)
    let read = try folder.read(References.path(sample.folder + "/adapter_final"))
    #expect(try logits(sample, read, model, golden: "final.s7.last_logits") < 1e-5)
  }

  @Test(arguments: cases.filter { $0.name != "tied" })
  func `folded in, the weights answer as the model with the adapter`(sample: Case) throws {
    let (model, compute) = (try sample.way.decoder(), sample.way.compute)
    let adapter = try sample.way.folder().read(
      References.path(sample.folder + "/adapter_final"))
    guard !model.weights.untiesHead(under: adapter) else { return }
    let exact = QuantizationScheme(format: .f32)
    let (weights, _) = model.weights.rewritten(
      folding: adapter, as: { _, _ in exact }, with: compute)
    let tokens: [Int32] = [5, 9, 77, 12, 30]
    let on = model.logitRows(tokens, adapter: adapter, with: compute).flatMap { $0 }
    let merged = model.with(weights).logitRows(tokens, with: compute).flatMap { $0 }
    #expect(relativeError(merged, on) < 1e-5)
  }

  @Test func `they start as the base's, and are written and read again to the bit`() throws {
    let way = RunningWay(model: "families/gemma3", file: "f32.gguf")
    let model = try way.decoder()
    var lora = LoRAConfiguration(rank: 2, targets: [.query])
    lora.saved = model.description.savedModules(named: "norm")
      .union(model.description.savedModules(named: "mlp"))
    let adapter = Adapter(configuration: lora, model: model.description, seed: 3)
    adapter.takeValues(of: model.weights)
    let tokens: [Int32] = [5, 9, 77, 12]
    let on = model.logitRows(tokens, adapter: adapter, with: way.compute).flatMap { $0 }
    let base = model.logitRows(tokens, with: way.compute).flatMap { $0 }
    #expect(relativeError(on, base) < 1e-6)
    let target = TemporaryFolder()
    _ = try way.folder().write(adapter, to: target.path)
    let again = try way.folder().read(target.path)
    #expect(again.configuration == adapter.configuration)
    for index in 0..<adapter.parameters.count {
      #expect(again.parameters.values[index] == adapter.parameters.values[index])
    }
  }
}
