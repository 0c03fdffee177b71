import Files
import Models
import Tensors
import TestSupport
import Testing

/// How adapters start, and which layers get one.
@Suite struct AdapterStartTests {
  private let model = TinyModel.configuration()

  private func pair(_ start: AdapterStart, rank: Int = 8) -> LoRAPair? {
    Adapter(
      configuration: LoRAConfiguration(rank: rank), model: model, start: start, seed: 3
    ).parameters.pair(layer: 1, .gate)
  }

  private func numbers(_ matrix: LoRAPair, _ isA: Bool) -> [Double] {
    let part = isA ? matrix.a : matrix.bTransposed
    return (0..<part.count).map { Double(part.base[$0]) }
  }

  @Test(arguments: AdapterStart.allCases.filter { !$0.standsOnWeights && $0 != .eva })
  func `an adapter changes nothing before it is trained`(start: AdapterStart) throws {
    let pair = try #require(self.pair(start))
    var largest = 0.0
    for row in 0..<pair.bTransposed.columns {
      for column in 0..<pair.a.columns {
        let sum = (0..<pair.a.rows).reduce(0.0) {
          $0 + Double(pair.bTransposed.row($1)[row]) * Double(pair.a.row($1)[column])
        }
        largest = max(largest, abs(sum))
      }
    }
    #expect(largest < 1e-6)
    #expect(numbers(pair, true).contains { $0 != 0 })
    #expect(numbers(pair, false).contains { $0 != 0 } == (start == .orthogonal))
  }

  /// PEFT: normal_(std = 1 / r).
  @Test func `a gaussian start has a deviation of one over the rank`() throws {
    let values = numbers(try #require(self.pair(.gaussian)), true)
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    #expect(abs(deviation * 8 - 1) < 0.1)
    #expect(values.contains { abs($0) > 2.0 / 8 })
  }

  /// PEFT: a tenth of normal numbers in r/2 orthogonal directions, so that a number has the deviation
  /// √½/10.
  @Test func `an orthogonal start is as large as PEFT's`() throws {
    let pair = try #require(self.pair(.orthogonal, rank: 16))
    for isA in [true, false] {
      let values = numbers(pair, isA)
      let deviation = (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
      #expect(abs(deviation - 0.5.squareRoot() / 10) < 0.01)
    }
  }

  private func configuration(_ keys: [(String, JSONValue)]) throws -> LoRAConfiguration {
    var config: JSONObject = ["peft_type": "LORA", "r": 4, "lora_alpha": 8]
    for (key, value) in keys { config[key] = value }
    return try AdapterConfigurationFile.read(.object(config), file: "a.json", model: model)
  }

  @Test func `excluded modules get no adapter`() throws {
    let all = try configuration([("target_modules", "all-linear"), ("exclude_modules", ["k_proj"])])
    #expect(all.targets == [.query, .value, .attentionOutput, .gate, .up, .down].sorted())
    let some = try configuration([
      ("target_modules", ["q_proj", "v_proj", "k_proj"]),
      ("exclude_modules", ["v_proj", "lm_head"]),
    ])
    #expect(some.targets == [.query, .key].sorted())
    let path = try configuration([
      ("target_modules", ["q_proj"]), ("exclude_modules", ["model.layers.0.self_attn.q_proj"]),
    ])
    #expect(path.layers == [1])
  }

  @Test func `a text excludes the whole paths that it fits`() throws {
    let some = try configuration([
      ("target_modules", "all-linear"), ("exclude_modules", ".*(mlp|k_proj).*"),
    ])
    #expect(some.targets == [.query, .value, .attentionOutput].sorted())
    let none = try configuration([("target_modules", ["q_proj"]), ("exclude_modules", "q_.*")])
    #expect(none.targets == [.query])
  }

  @Test(arguments: ["k_(", 3, ["k_proj", 4], [:]] as [JSONValue])
  func `what excludes nothing that is known is refused`(value: JSONValue) throws {
    #expect {
      try configuration([("target_modules", ["q_proj"]), ("exclude_modules", value)])
    } throws: {
      ($0 as? FileError)?.cause.contains("\"exclude_modules\"") == true
    }
  }
}
