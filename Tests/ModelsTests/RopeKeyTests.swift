import Files
import Models
import Tensors
import TestSupport
import Testing

/// The places where a configuration says how positions turn.
@Suite struct RopeKeyTests {
  private func read(_ members: [(String, JSONValue)]) throws(FileError) -> DecoderDescription {
    let base = References.path("tiny-llama/hf/config.json")
    var object = try JSONValue(file: base).object ?? JSONObject()
    object["rope_parameters"] = nil
    for (key, value) in members { object[key] = value }
    return try DecoderDescription(huggingFace: .object(object), file: "config.json")
  }

  static let llama3: JSONValue = [
    "rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64, "rope_theta": 500000.0,
  ]

  @Test(arguments: ["rope_parameters", "rope_scaling"])
  func `both names of the dictionary are read`(name: String) throws {
    let configuration = try read([(name, Self.llama3), ("rope_theta", 500_000)])
    #expect(configuration.ropeBase == 500_000)
    #expect(
      configuration.ropeScaling == .llama3(factor: 8, low: 1, high: 4, originalContext: 64))
  }

  @Test func `the old spelling of linear scaling is read`() throws {
    let scaling: JSONValue = ["type": "linear", "factor": 4.0]
    let configuration = try read([("rope_scaling", scaling), ("rope_theta", 100_000)])
    #expect(configuration.ropeScaling == .linear(factor: 4))
    #expect(configuration.ropeBase == 100_000)
  }

  @Test func `empty and missing dictionaries are no scaling`() throws {
    for value: JSONValue in [nil, [:]] {
      let configuration = try read([("rope_scaling", value), ("rope_theta", 7)])
      #expect(configuration.ropeScaling == RopeScaling.none)
      #expect(configuration.ropeBase == 7)
    }
  }

  @Test(
    arguments: [
      [("rope_theta", 5), ("rope_parameters", ["rope_theta": 6])],
      [("rope_parameters", ["rope_type": "linear", "type": "llama3", "factor": 2])],
      [
        ("rope_parameters", ["rope_type": "default"]),
        ("rope_scaling", ["rope_type": "linear", "factor": 2]),
      ],
      [("rope_parameters", ["rope_type": "yarn"])],
      [("rope_parameters", ["rope_type": "yarn", "factor": 2, "attn_factor": "1"])],
      [("rope_scaling", ["type": "yarn", "factor": 2]), ("rope_theta", 1)],
      [("rope_parameters", ["rope_type": "dynamic"])],
      [("rope_parameters", ["rope_type": "proportional", "factor": 2])],
      [("rope_parameters", ["rope_type": "longrope", "short_factor": [1, 1]])],
      [
        (
          "rope_parameters",
          ["rope_type": "longrope", "short_factor": [1, 0, 1, 1], "long_factor": [1, 1, 1, 1]]
        )
      ],
      [("rope_parameters", ["rope_type": "longrope", "short_factor": [1], "long_factor": [1]])],
      [("rope_scaling", ["factor": 2])],
      [("rope_scaling", ["type": "linear"])],
      [("rope_scaling", ["type": "linear", "factor": 0.5])],
      [("rope_scaling", ["type": "linear", "factor": "2"])],
      [("rope_scaling", ["type": "linear", "factor": 2, "beta_fast": 32])],
      [("rope_scaling", ["rope_type": nil])],
      [("rope_scaling", "linear")],
      [("rope_theta", "500000")], [("rope_theta", nil)], [("rope_theta", 0)],
      [("rope_parameters", ["full_attention": ["rope_type": "default"]])],
    ] as [[(String, JSONValue)]])
  func `what disagrees or is not known is refused with its key`(
    members: [(String, JSONValue)]
  ) throws {
    let error = #expect(throws: FileError.self) { try read(members) }
    let cause = error?.cause ?? ""
    let keys = ["rope", "factor", "beta_fast", "full_attention"]
    #expect(keys.contains { cause.contains($0) }, "\(cause)")
  }

  @Test(arguments: ["factor", "low_freq_factor", "high_freq_factor"])
  func `a number of Llama 3's scaling that is missing is named`(key: String) throws {
    var object = try #require(Self.llama3.object)
    object[key] = nil
    let error = #expect(throws: FileError.self) {
      try read([("rope_scaling", .object(object))])
    }
    #expect(error?.cause.contains("no \"\(key)\"") == true)
  }

  @Test func `dynamic scaling changes no place within the context`() throws {
    let configuration = try read([("rope_scaling", ["type": "dynamic", "factor": 2.0])])
    #expect(configuration.ropeScaling == RopeScaling.none)
  }

  /// inv_freq and attention_scaling of transformers 5.24.
  @Test func `YaRN's numbers are those of transformers`() throws {
    let scaling: JSONValue = [
      "rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 64,
      "rope_theta": 10000.0, "mscale": 0.7, "mscale_all_dim": 0.3, "beta_fast": 4, "beta_slow": 1,
      "truncate": false,
    ]
    let configuration = try read([("rope_parameters", scaling)])
    let rope = try #require(configuration.ropeScaling)
    #expect(abs(rope.magnitude - 1.078_293_461_385_769) < 1e-9)
    let factors = rope.frequencyFactors(headSize: 16, base: 10_000)
    let golden: [Float] = [1, 1.158_347_6, 7.319_199, 8, 8, 8, 8, 8]
    #expect(factors.count == golden.count)
    for (factor, golden) in zip(factors, golden) { #expect(abs(factor / golden - 1) < 1e-6) }
  }

  @Test func `Phi 3 scales as transformers lets it, by old names as well`() throws {
    func phi3(_ type: String) throws(FileError) -> DecoderDescription {
      let base = References.path("families/phi3-longrope/hf/config.json")
      var object = try JSONValue(file: base).object ?? JSONObject()
      var rope = object["rope_parameters"]?.object ?? JSONObject()
      rope["rope_type"] = .string(type)
      object["rope_parameters"] = .object(rope)
      return try DecoderDescription(huggingFace: .object(object), file: "config.json")
    }
    let rope = try phi3("longrope").ropeScaling
    for type in ["su", "yarn"] { #expect(try phi3(type).ropeScaling == rope) }
    for type in ["linear", "dynamic", "llama3"] {
      let error = #expect(throws: FileError.self) { try phi3(type) }
      #expect(error?.cause.contains("\"rope_type\"") == true)
    }
  }

  @Test func `factors of Llama 3's scaling are those of transformers`() {
    // 1 / (inv_freq of transformers 5.24 · base^(2i/16)) for the values above.
    let factors = RopeScaling.llama3(factor: 8, low: 1, high: 4, originalContext: 64)
      .frequencyFactors(headSize: 16, base: 500_000)
    let golden: [Float] = [1, 2.442_259_3, 8, 8, 8, 8, 8, 8]
    #expect(factors.count == golden.count)
    for (factor, golden) in zip(factors, golden) { #expect(abs(factor / golden - 1) < 1e-6) }
  }

  @Test func `positions beyond the tables so far turn as if all had been made at once`() {
    let compute = Compute(threadCount: 1, precision: .f32)
    func turned(_ rope: RotaryEmbedding, _ position: Int32) -> [Float] {
      let x = compute.arena.matrix(1, 8)
      for index in 0..<8 { x.base[index] = Float(index + 1) }
      rope.rotate(x, positions: [position], sequences: [0..<1], with: compute)
      return (0..<8).map { x.base[$0] }
    }
    let huge = RotaryEmbedding(
      headSize: 8, positions: 1 << 24, base: 10_000, pairing: .halves)
    _ = turned(huge, 3)
    for position: Int32 in [0, 255, 256, 900, 5000] {
      let small = RotaryEmbedding(
        headSize: 8, positions: Int(position) + 1, base: 10_000, pairing: .halves)
      #expect(turned(huge, position) == turned(small, position))
    }
    #expect(huge.positionCount == 1 << 24)
  }
}

extension DecoderDescription {
  /// Base and scaling of turned positions.
  var ropeBase: Double? {
    if case .rotary(let base, _, _, _, _) = positions { base } else { nil }
  }
  var ropeScaling: RopeScaling? {
    if case .rotary(_, _, let scaling, _, _) = positions { scaling } else { nil }
  }
}
