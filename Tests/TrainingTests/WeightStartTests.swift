import Files
import Models
import Tensors
import TestSupport
import Testing
import Training

/// Ten steps of LoRA by PEFT and torch from starts that stand on the weights; see References/README.md.
@Suite struct WeightStartTests {
  private func adapter(_ start: AdapterStart, _ way: RunningWay) throws -> Adapter {
    let model = try way.decoder()
    var configuration = LoRAConfiguration(
      rank: 4, alpha: 6, targets: [.query, .value, .attentionOutput, .down])
    for layer in 0..<model.description.sizes.layers {
      configuration.ranks[ModulePlace(layer: layer, role: .attentionOutput)] = 6
    }
    let adapter = Adapter(
      configuration: start.isSubtracted ? configuration.besideStart() : configuration,
      model: model.description, start: start, seed: 1)
    #expect(adapter.begin(start, on: model.weights, from: model.weights, with: way.compute))
    return adapter
  }

  /// The largest distance of scale · B·A from what torch's weights changed by, relative to its length.
  private func distance(of adapter: Adapter, _ way: RunningWay, from golden: String) throws
    -> Double
  {
    let place = TemporaryFolder()
    _ = try way.folder().write(adapter, to: place.path)
    let (ours, theirs) = (
      try Goldens(path: place.path + "/" + AdapterFolder.weightsName), try Goldens(golden)
    )
    return try theirs.names.map { name in
      let expected = try theirs.floats(name)
      let (a, b) = (
        try ours.floats(name.replacing("lora_B", with: "lora_A")), try ours.floats(name)
      )
      let rank = name.contains("o_proj") ? 12 : 8
      let (inputs, scale) = (a.count / rank, 12 / Float(rank))
      var (squares, length) = (0.0, 0.0)
      for (index, value) in expected.enumerated() {
        let (row, column) = (index / inputs, index % inputs)
        let found = (0..<rank).reduce(Float(0)) {
          $0 + b[row * rank + $1] * a[$1 * inputs + column]
        }
        squares += Double((found * scale - value) * (found * scale - value))
        length += Double(value * value)
      }
      return (squares / length).squareRoot()
    }.max() ?? .infinity
  }

  @Test(arguments: [AdapterStart.pissa, .olora], RunningWay.all)
  func `losses, norms and the weights at the end are PEFT's`(
    start: AdapterStart, way: RunningWay
  ) throws {
    let (adapter, model, compute) = (try adapter(start, way), try way.decoder(), way.compute)
    let reference = try ReferenceTraining("weight_starts/\(start)")
    let batch = try reference.batch(0)
    let bare = model.score(batch, with: compute).loss
    #expect(
      relativeError(model.score(batch, adapter: AdapterUse(adapter), with: compute).loss, bare)
        < 1e-6)
    let before = adapter.copy()
    try reference.expectSteps(of: adapter, way, hasGradients: false)
    #expect(try distance(of: adapter, way, from: "\(reference.name)/changes.safetensors") < 1e-4)
    for entry in adapter.parameters.layout.entries {
      let (now, then) = (adapter.parameters.pair(entry), before.parameters.pair(entry))
      for row in entry.trainedRank..<entry.rank {
        for column in 0..<entry.inputs {
          #expect(unsafe now.a.row(row)[column] == then.a.row(row)[column])
        }
      }
    }
  }

  @Test(arguments: [AdapterStart.pissa, .olora], RunningWay.all)
  func `what PEFT saves of such a training is read beside the start that it took out`(
    start: AdapterStart, way: RunningWay
  ) throws {
    let (model, folder) = (try way.decoder(), try way.folder())
    let path = References.path("weight_starts/\(start)/adapter")
    let adapter = try folder.read(path, beside: (model.weights, way.compute))
    let golden = "weight_starts/\(start)/changes.safetensors"
    // PEFT decomposes in floats: against torch's doubles it is 2e-4 off
    #expect(try distance(of: adapter, way, from: golden) < 5e-4)
    #expect(throws: FileError.self) { try folder.read(path) }
  }

  @Test(arguments: OptimizerName.allCases)
  func `no optimizer moves the start that is kept`(name: OptimizerName) throws {
    let way = RunningWay()
    let (adapter, model) = (try adapter(.pissa, way), try way.decoder())
    let before = adapter.copy()
    let layout = adapter.parameters.layout
    let options = OptimizerOptions(name: name, weightDecay: 0.1)
    let step = TrainingStep(
      pass: TrainingPass(model: model), adapter: adapter,
      optimizer: Optimizer(options, layout: layout, updates: 0), compute: way.compute)
    let batch = try ReferenceTraining("weight_starts/pissa").batch(0)
    for _ in 0..<3 { _ = step.run([batch], rate: 1e-2, maxNorm: 1, dropoutSeed: nil) }
    let trained = layout.entries.flatMap(\.matrices).map(\.range)
    var moved = 0
    for index in 0..<layout.count {
      let isTrained = trained.contains { $0.contains(index) }
      let isSame = unsafe adapter.parameters.values[index] == before.parameters.values[index]
      if isTrained, !isSame { moved += 1 }
      if !isTrained { #expect(isSame) }
    }
    #expect(moved > layout.trainedCount / 2)
    #expect(layout.trainedCount * 2 == layout.count)
  }

  @Test func `it is written with twice the rank, and goes on with its start as it was`() throws {
    let way = RunningWay()
    let (adapter, folder) = (try adapter(.olora, way), try way.folder())
    let place = TemporaryFolder()
    _ = try folder.write(adapter, to: place.path)
    let again = try folder.read(place.path, as: .besideStart)
    #expect(again.configuration == adapter.configuration)
    #expect(again.trainableCount == adapter.trainableCount)
    #expect(try folder.read(place.path).trainableCount == 2 * adapter.trainableCount)
  }

  /// What is left after the start has no part in its directions: the nearest sum of that rank.
  @Test(arguments: [WeightFormat.nf4, .int4])
  func `LoftQ starts on the largest part of what quantization took`(format: WeightFormat) throws {
    let way = RunningWay()
    let (model, compute) = (try way.decoder(), way.compute)
    let (weights, _) = model.weights.quantized(
      to: QuantizationScheme(format: format), skipping: [], includesHead: false, with: compute)
    let configuration = LoRAConfiguration(rank: 4, alpha: 12, targets: [.query, .down])
    let adapter = Adapter(
      configuration: configuration, model: model.description, start: .loftq, seed: 1)
    #expect(adapter.begin(.loftq, on: weights, from: model.weights, with: compute))
    for entry in adapter.parameters.layout.entries {
      let (whole, rounded) = (
        model.weights[entry.place].weight,
        weights[entry.place].weight
      )
      let lost = ColumnMatrix(whole, minus: rounded)
      let pair = adapter.parameters.pair(entry)
      let (b, a) = (
        ColumnMatrix(transposing: pair.bTransposed).transposed, ColumnMatrix(transposing: pair.a)
      )
      var left = b.transposed.times(a.transposed)
      for index in left.values.indices {
        left.values[index] = lost.values[index] - left.values[index] * Double(entry.scale)
      }
      let along = b.times(left)
      let (size, rest) = (lost.squares, left.squares)
      #expect(along.squares < 1e-9 * size * b.squares && rest < size)
      let best = try #require(LargestDirections(of: lost, count: 4))
      let energy = best.values.reduce(0) { $0 + $1 * $1 }
      #expect(abs(size - energy - rest) < 1e-6 * size)
    }
  }
}

extension ColumnMatrix {
  fileprivate var squares: Double { values.reduce(0) { $0 + $1 * $1 } }
}
