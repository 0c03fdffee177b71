import Files

extension RopeScaling {
  /// `rope_scaling` of a config.json, as `init(_:_:context:originalContext:file:)` reads it; nil where nothing is
  /// scaled.
  ///
  /// - Parameter context: the model's.
  func dictionary(context: Int) -> JSONObject? {
    func number(_ value: Double) -> JSONValue { JSONValue(Float(value)) }
    let contextKey = "original_max_position_embeddings"
    switch self {
    case .none: return nil
    case .linear(let factor): return ["rope_type": "linear", "factor": number(factor)]
    case .llama3(let factor, let low, let high, let original):
      return [
        "rope_type": "llama3", "factor": number(factor), "low_freq_factor": number(low),
        "high_freq_factor": number(high), contextKey: .int(original),
      ]
    case .yarn(let yarn):
      var dictionary: JSONObject = [
        "rope_type": "yarn", "factor": number(yarn.factor), contextKey: .int(yarn.originalContext),
        "beta_fast": number(yarn.fast), "beta_slow": number(yarn.slow),
      ]
      if !Self.isNear(yarn.magnitude, YaRN.magnitude(yarn.factor)) {
        dictionary["attention_factor"] = number(yarn.magnitude)
      }
      return dictionary
    case .longRoPE(let rope):
      var dictionary: JSONObject = [
        "rope_type": "longrope", "short_factor": .array(rope.short.map { JSONValue($0) }),
        "long_factor": .array(rope.long.map { JSONValue($0) }),
        contextKey: .int(rope.originalContext),
      ]
      let factor = Double(context) / Double(rope.originalContext)
      if !Self.isNear(
        rope.magnitude, LongRoPE.magnitude(factor, originalContext: rope.originalContext))
      {
        dictionary["attention_factor"] = number(rope.magnitude)
      }
      return dictionary
    }
  }

  /// Llama 3's scaling that has these divisors, which GGUF files list as numbers; nil where none has. Its slowest
  /// pairs are divided by the whole factor, and of its other constants all files have the same but for the context.
  init?(llama3Factors factors: [Float], headSize: Int, base: Double, context: Int) {
    guard let factor = factors.max(), factor > 1 else { return nil }
    let contexts = (9..<24).map { 1 << $0 }.filter { $0 <= context }
    let scalings = contexts.map { original in
      Self.llama3(factor: Double(factor), low: 1, high: 4, originalContext: original)
    }
    let found = scalings.first { scaling in
      let own = scaling.frequencyFactors(headSize: headSize, base: base)
      return own.count == factors.count
        && zip(own, factors).allSatisfy { Self.isNear(Double($0), Double($1)) }
    }
    guard let found else { return nil }
    self = found
  }

  private static func isNear(_ one: Double, _ other: Double) -> Bool {
    abs(one - other) <= 1e-6 * max(abs(one), abs(other))
  }
}
