import Models
import Tensors
import TestSupport
import Testing
import Training

/// Learning rates of blocks, each half of that of the block above, and of modules; see References/README.md.
@Suite struct LayerRateTests {
  @Test(arguments: ["layer_rates", "rate_groups"])
  func `with rates of blocks and modules, losses and the adapter at the end are torch's`(
    name: String
  ) throws {
    let sample = TokenTableTests.cases[0]
    let adapter = try sample.adapter()
    let reference = try ReferenceTraining(name)
    let isDecay = name == "layer_rates"
    try reference.expectSteps(
      of: adapter, sample.way, hasGradients: false, layerDecay: isDecay ? 0.5 : 1,
      ownRates: isDecay ? [:] : try reference.rates(in: adapter.parameters.layout))
    let final = try Goldens("\(name)/adapter_final/adapter_model.safetensors")
    let distance = try sample.way.folder().distance(
      of: adapter.parameters, adapter.configuration, from: final)
    #expect(distance < 1e-5)
  }

  @Test(arguments: OptimizerName.allCases)
  func `every optimizer moves a block by the rate of its place`(name: OptimizerName) {
    var lora = LoRAConfiguration(rank: 4, targets: [.gate], layers: [0, 2])
    lora.tables = [.embedding, .head]
    let layout = AdapterLayout(
      configuration: lora, model: TinyModel.configuration(layers: 3))
    func trained(
      _ decay: Double, rate: Double, own: [ModulePlace: Double] = [:]
    ) -> [Float] {
      let optimizer = Optimizer(OptimizerOptions(name: name, layerDecay: decay), layout: layout)
      let (parameters, gradient) = (AdapterVector(layout: layout), AdapterVector(layout: layout))
      for index in 0..<layout.count { gradient.values[index] = Float(index % 7 - 3) }
      optimizer.step(parameters, gradient: gradient, rate: rate, ownRates: own)
      return (0..<layout.count).map { parameters.values[$0] }
    }
    let decayed = trained(0.5, rate: 0.01)
    for (entry, share) in zip(layout.entries, [0.125, 0.25, 1, 1]) {
      let range = entry.offset..<entry.offset + entry.count
      #expect(decayed[range] == trained(1, rate: 0.01 * share)[range], "\(entry.place)")
    }
    let grouped = trained(0.5, rate: 0.01, own: [.block(0, .gate): 0.04, .table(.head): 0])
    for (entry, rate) in zip(layout.entries, [0.00125, 0.04, 0.01, 0]) {
      let range = entry.offset..<entry.offset + entry.count
      #expect(grouped[range] == trained(1, rate: rate)[range], "\(entry.place)")
    }
  }
}
