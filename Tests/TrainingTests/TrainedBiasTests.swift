import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of LoRA with trained biases by PEFT; see References/README.md.
@Suite struct TrainedBiasTests {
  static let ways = [
    RunningWay(model: "families/qwen2"), RunningWay(model: "families/qwen2", file: "f32.gguf"),
    RunningWay(model: "families/qwen2", recomputes: true),
  ]

  @Test(arguments: ways, ["lora_only", "all"])
  func `losses, gradients, the adapter at the end and its logits are PEFT's`(
    way: RunningWay, biases: String
  ) throws {
    let (folder, model) = (try way.folder(), try way.decoder())
    let adapter = try folder.read(References.path("biases/\(biases)/adapter_initial"))
    #expect(adapter.configuration.biases.rawValue == biases)
    try ReferenceTraining("biases/\(biases)").expectSteps(of: adapter, way)
    let final = try Goldens("biases/\(biases)/adapter_final/adapter_model.safetensors")
    let distance = try folder.distance(
      of: adapter.parameters, adapter.configuration, from: final)
    // Torch in f32 is as far from torch in f64 (1.5e-5): biases of keys have gradients of almost nothing, of which
    // Adam makes whole steps.
    #expect(distance < (biases == "all" ? 2e-5 : 1e-6))
    let golden = try Goldens("biases/\(biases)/logits.safetensors").floats("final.s7.last_logits")
    let tokens = try JSONValue(golden: "tiny-llama/expected.json").at("sequences", "s7").tokens()
    let read = try folder.read(References.path("biases/\(biases)/adapter_final"))
    let on = model.logitRows(tokens, adapter: read, with: way.compute).flatMap { $0 }
    #expect(relativeError(Array(on.suffix(golden.count)), golden) < 1e-5)
    let (weights, _) = model.weights.rewritten(
      folding: read, as: { _, _ in QuantizationScheme(format: .f32) }, with: way.compute)
    let merged = model.with(weights).logitRows(tokens, with: way.compute).flatMap { $0 }
    #expect(relativeError(merged, on) < 1e-5)
  }

  @Test func `each bias that is trained is counted once`() throws {
    let model = try TrainedBiasTests.ways[0].decoder().description
    var lora = LoRAConfiguration(rank: 2, targets: [.query, .attentionOutput], layers: [1])
    let pairs = AdapterLayout(configuration: lora, model: model).trainedCount
    lora.biases = .ofAdapted
    let sizes = model.sizes
    #expect(
      AdapterLayout(configuration: lora, model: model).trainedCount == pairs + sizes.query)
    lora.biases = .all
    #expect(
      AdapterLayout(configuration: lora, model: model).trainedCount
        == pairs + sizes.layers * (sizes.query + 2 * sizes.keyValue))
  }
}
