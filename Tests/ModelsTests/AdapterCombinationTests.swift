import Files
import Models
import Tensors
import TestSupport
import Testing

/// Sums of adapters against PEFT's `add_weighted_adapter`; see References/README.md.
@Suite struct AdapterCombinationTests {
  typealias Parts = [(name: String, weight: Double)]

  private let compute = Compute(threadCount: 2, precision: .f32)

  private func decoder(_ file: String) throws -> DecoderModel {
    try LoadedModel(path: References.path("tiny-llama/\(file)")).decoder
  }

  private func combination(
    _ parts: Parts, _ method: CombinationMethod, rank: Int = 4, density: Double = 1,
    seed: UInt64 = 0, on model: DecoderModel
  ) throws -> AdapterCombination {
    let folder = AdapterFolder(model: model.description, baseModel: "tiny-llama")
    return AdapterCombination(
      try parts.map { (try folder.read(References.path("combinations/\($0.name)")), $0.weight) },
      method: method, rank: rank, density: density, seed: seed)
  }

  private static let three: Parts = [("first", 0.7), ("second", -0.4), ("other", 1.5)]

  @Test(
    arguments: [
      ("cat", three, .cat, 1), ("svd", three, .svd, 1),
      ("linear", [("first", 0.7), ("second", 0.3)], .linear, 1),
      ("linear_negative", [("first", 1), ("second", -0.5)], .linear, 1),
      ("ties", [("first", 0.7), ("second", 0.6)], .ties, 0.4),
      ("dare_linear", [("first", 0.7), ("second", 0.3)], .dareLinear, 1),
      ("dare_ties", [("first", 0.7), ("second", 0.3)], .dareTies, 1),
    ] as [(String, Parts, CombinationMethod, Double)], ["hf", "f32.gguf"])
  func `logits are those of PEFT's sum`(
    sample: (name: String, parts: Parts, method: CombinationMethod, density: Double), file: String
  ) throws {
    let model = try decoder(file)
    let adapter = try #require(
      combination(sample.parts, sample.method, density: sample.density, on: model).combined())
    let tokens = try JSONValue(golden: "tiny-llama/expected.json").at("sequences", "s7").tokens()
    let golden = try Goldens("combinations/logits.safetensors")
      .floats("\(sample.name).s7.last_logits")
    let found = model.logitRows(tokens, adapter: adapter, with: compute).suffix(2).flatMap { $0 }
    #expect(relativeError(found, golden) < 1e-5)
    let folder = TemporaryFolder()
    let files = AdapterFolder(model: model.description, baseModel: "tiny-llama")
    _ = try files.write(adapter, to: folder.path)
    let again = model.logitRows(tokens, adapter: try files.read(folder.path), with: compute)
    #expect(again.suffix(2).flatMap { $0 } == found)
  }

  @Test func `ranks that differ are found before they are mixed`() throws {
    let model = try decoder("hf")
    #expect(try combination(Self.three, .linear, on: model).unequalPlace?.role == .value)
    #expect(
      try combination([("first", 1), ("second", 1)], .linear, on: model).unequalPlace == nil)
  }

  /// Numbers that are kept are enlarged, so that the mean over many draws is the sum.
  @Test func `drawn numbers follow the seed, and their mean is the whole`() throws {
    let model = try decoder("hf")
    let parts: Parts = [("first", 0.5), ("second", 0.5)]
    func values(_ density: Double, _ seed: UInt64) throws -> [Float] {
      let adapter = try #require(
        combination(parts, .dareLinear, density: density, seed: seed, on: model).combined())
      return (0..<adapter.trainableCount).map { adapter.parameters.values[$0] }
    }
    let whole = try values(1, 0)
    #expect(try values(0.3, 1) == values(0.3, 1))
    #expect(try values(0.3, 1) != values(0.3, 2))
    var mean = [Double](repeating: 0, count: whole.count)
    for seed in 0..<60 as Range<UInt64> {
      for (index, value) in try values(0.5, seed).enumerated() { mean[index] += Double(value) / 60 }
    }
    let distance = zip(mean, whole).reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) }
    let length = whole.reduce(0) { $0 + Double($1) * Double($1) }
    #expect((distance / length).squareRoot() < 0.2)
  }
}
