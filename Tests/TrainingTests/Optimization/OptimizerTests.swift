import Files
import Models
import TestSupport
import Testing
import Training

/// Updates against torch, transformers and bitsandbytes; see References/make_optimizers.py.
@Suite struct OptimizerTests {
  private static let golden = try? JSONValue(golden: "optimizers/updates.json")

  private let layout = AdapterLayout(
    configuration: LoRAConfiguration(rank: 64, targets: [.gate], layers: [0]),
    model: TinyModel.configuration())

  /// As the script makes them.
  private func numbers(seed: Int, scale: Double) -> AdapterVector {
    let vector = AdapterVector(layout: layout)
    for index in 0..<vector.count {
      let whole = (index * 7919 + seed * 104_729) % 2001 - 1000
      let small = (index / 64).isMultiple(of: 3) ? 1.0 : Double(Float(0.001))
      vector.values[index] = Float(Double(whole) * scale * small)
    }
    return vector
  }

  @Test(arguments: OptimizerName.allCases)
  func `norms do not decay, as transformers' Trainer has it`(name: OptimizerName) throws {
    var lora = LoRAConfiguration(rank: 4, targets: [.gate], layers: [0])
    lora.saved = [.norm(.output), .table(.head)]
    let layout = AdapterLayout(configuration: lora, model: TinyModel.configuration())
    let optimizer = Optimizer(OptimizerOptions(name: name, weightDecay: 0.5), layout: layout)
    let parameters = AdapterVector(layout: layout)
    for index in 0..<layout.count { parameters.values[index] = 1 }
    optimizer.step(parameters, gradient: AdapterVector(layout: layout), rate: 0.1)
    #expect(layout.entries.count == 3)
    for entry in layout.entries {
      let wanted: Float = entry.place == .norm(.output) ? 1 : 0.95
      let values = (entry.offset..<entry.offset + entry.count).map { parameters.values[$0] }
      #expect(values.allSatisfy { abs($0 - wanted) < 1e-6 }, "\(entry.place): \(values[0])")
    }
  }

  /// Largest distance from the reference after any of the steps.
  private func distance(
    _ name: OptimizerName, weightDecay: Double, to steps: [JSONValue], stride: Int
  ) throws -> Double {
    let optimizer = Optimizer(
      OptimizerOptions(name: name, weightDecay: weightDecay, momentum: name == .sgd ? 0.9 : 0),
      layout: layout)
    let parameters = numbers(seed: 0, scale: 1e-3)
    var worst = 0.0
    for (index, expected) in steps.enumerated() {
      optimizer.step(parameters, gradient: numbers(seed: index + 1, scale: 1e-4), rate: 0.01)
      for (place, value) in try expected.numbers().enumerated() {
        worst = max(worst, abs(Double(parameters.values[place * stride]) - value))
      }
    }
    return worst
  }

  @Test(arguments: OptimizerName.allCases, [0.0, 0.1])
  func `five updates are those of the reference`(name: OptimizerName, decay: Double) throws {
    let golden = try #require(Self.golden)
    let matching = try golden.at("cases").elements().filter {
      try $0.at("optimizer").string == name.rawValue && $0.at("weight_decay").number() == decay
    }
    let steps = try #require(matching.first).at("steps").elements()
    #expect(matching.count == 1 && steps.count == 5)
    let stride = Int(try golden.at("stride").number())
    #expect(try distance(name, weightDecay: decay, to: steps, stride: stride) < 1e-6)
  }

  @Test func `eight bits of memory are a quarter of thirty-two, and a little`() {
    let whole = Optimizer(AdamW(), layout: layout).byteCount
    let eight = Optimizer(AdamW8Bit(), layout: layout).byteCount
    #expect(whole == 2 * 4 * 64 * (64 + 96))
    #expect(eight == whole / 4 + 2 * 4 * (64 * 64 / 256 + 64 * 96 / 256))
  }

  @Test func `small matrices are remembered in thirty-two bits, as bitsandbytes does`() {
    let small = AdapterLayout(
      configuration: LoRAConfiguration(rank: 4, targets: [.gate], layers: [0]),
      model: TinyModel.configuration())
    let (exact, eight) = (
      Optimizer(AdamW(), layout: small), Optimizer(AdamW8Bit(), layout: small)
    )
    #expect(exact.byteCount == eight.byteCount)
    let results = [exact, eight].map { optimizer in
      let parameters = AdapterVector(layout: small)
      let gradient = AdapterVector(layout: small)
      for step in 1...3 {
        for index in 0..<small.count { gradient.values[index] = Float(index % 7 - 3 * step) }
        optimizer.step(parameters, gradient: gradient, rate: 0.01)
      }
      return (0..<small.count).map { parameters.values[$0] }
    }
    #expect(results[0] == results[1])
  }

  @Test(arguments: OptimizerName.allCases)
  func `B has a rate of its own`(name: OptimizerName) {
    func trained(_ ratio: Double, rate: Double) -> [Float] {
      let optimizer = Optimizer(OptimizerOptions(name: name, ratioOfB: ratio), layout: layout)
      let parameters = numbers(seed: 0, scale: 1e-3)
      optimizer.step(parameters, gradient: numbers(seed: 1, scale: 1e-4), rate: rate)
      return (0..<layout.count).map { parameters.values[$0] }
    }
    let ofA = 64 * 64
    #expect(trained(16, rate: 0.001)[..<ofA] == trained(1, rate: 0.001)[..<ofA])
    #expect(trained(16, rate: 0.001)[ofA...] == trained(1, rate: 0.016)[ofA...])
  }
}
