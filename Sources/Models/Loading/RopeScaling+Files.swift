import Checkpoints
import Files

extension RopeScaling {
  /// As a dictionary of config.json has it, with transformers' defaults.
  ///
  /// - Parameters:
  ///   - type: `rope_type`. "dynamic" changes turns beyond the context only, where there is no position here.
  ///   - context: the model's.
  ///   - originalContext: the one that it was first trained for.
  init(
    _ type: String, _ parameters: JSONObject, context: Int, originalContext: Int, file: String
  ) throws(FileError) {
    func number(_ key: String) throws(FileError) -> Double {
      if let value = parameters[key]?.double { return value }
      throw FileError(
        .absent, file: file, cause: "the rope of type \"\(type)\" has no \"\(key)\"",
        fix: "take config.json from the model's own folder")
    }
    switch type {
    case "linear": self = .linear(factor: try number("factor"))
    case "dynamic":
      _ = try number("factor")
      self = .none
    case "llama3":
      let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
      guard low < high else {
        throw FileError(
          .malformed, file: file,
          cause:
            "the rope's \"low_freq_factor\" is \(low), its \"high_freq_factor\" \(high); the first "
            + "must be the smaller",
          fix: "take config.json from the model's own folder")
      }
      self = .llama3(
        factor: try number("factor"), low: low, high: high, originalContext: originalContext)
    case "yarn":
      let ratio = Double(context) / Double(originalContext)
      let factor = parameters["factor"]?.isNull == true ? ratio : try number("factor")
      self = .yarn(YaRN(parameters, factor: factor, originalContext: originalContext))
    case "longrope":
      self = .longRoPE(
        try LongRoPE(parameters, context: context, originalContext: originalContext, file: file))
    default: self = .none
    }
  }

  /// The rope scaling of a GGUF file as llama.cpp has it: linear where no type is given, by
  /// `rope.scaling.factor` or the old `rope.scale_linear`, where 0 stands for none. (Llama 3's comes as
  /// the tensor `rope_freqs.weight`, LongRoPE's as `rope_factors_short.weight` and `rope_factors_long.weight`.)
  init(
    gguf metadata: GGUFMetadata, family: String, context: Int, factors: RopeFactors
  ) throws(FileError) {
    let prefix = "\(family).rope."
    let type = try metadata.textIfPresent(prefix + "scaling.type")
    let old = try metadata.numberIfPresent(prefix + "scale_linear")
    let factor = try metadata.numberIfPresent(prefix + "scaling.factor") ?? old ?? 0
    let isNeutral = factor == 0 || factor == 1
    let attention = try metadata.numberIfPresent(prefix + "scaling.attn_factor") ?? 1
    let original = try metadata.integerIfPresent(prefix + "scaling.original_context_length")
    func refuse(_ cause: String) -> FileError {
      FileError(
        .malformed, file: metadata.file, cause: cause,
        fix: "convert the model again with a current converter")
    }
    let originalContext = original.flatMap { $0 == 0 ? nil : $0 } ?? context
    switch (type, factors.long.isEmpty) {
    case ("yarn", true):
      var yarn = YaRN(factor: max(1, factor), originalContext: originalContext)
      yarn.magnitude *= attention
      yarn.fast = try metadata.numberIfPresent(prefix + "scaling.yarn_beta_fast") ?? yarn.fast
      yarn.slow = try metadata.numberIfPresent(prefix + "scaling.yarn_beta_slow") ?? yarn.slow
      self = .yarn(yarn)
    case ("none", false), ("longrope", false), (nil, false):
      guard isNeutral else {
        throw refuse("\(prefix)scaling.factor is \(factor), beside lists of factors")
      }
      self = .longRoPE(
        LongRoPE(
          short: factors.short, long: factors.long, originalContext: originalContext,
          magnitude: attention))
    case (_, false), ("longrope", true):
      throw refuse(
        "\(prefix)scaling.type is \"\(type ?? "")\", and there are \(factors.long.count) factors of "
          + "\(RopeFactors.longName)")
    default:
      guard type != "none" || isNeutral else {
        throw refuse("\(prefix)scaling.type is \"none\", but the factor is \(factor)")
      }
      guard attention == 1 else {
        throw refuse(
          "\(prefix)scaling.attn_factor is \(attention) without YaRN or lists of factors")
      }
      self = isNeutral ? .none : .linear(factor: factor)
    }
  }
}

extension RopeScaling.YaRN {
  fileprivate init(_ parameters: JSONObject, factor: Double, originalContext: Int) {
    func given(_ key: String) -> Double? { parameters[key]?.double.flatMap { $0 == 0 ? nil : $0 } }
    self.init(factor: factor, originalContext: originalContext)
    if let scale = given("mscale"), let all = given("mscale_all_dim") {
      magnitude = Self.magnitude(factor, scale: scale) / Self.magnitude(factor, scale: all)
    }
    magnitude = parameters["attention_factor"]?.double ?? magnitude
    fast = given("beta_fast") ?? fast
    slow = given("beta_slow") ?? slow
    truncates = parameters["truncate"]?.bool ?? true
  }
}

extension RopeScaling.LongRoPE {
  fileprivate init(
    _ parameters: JSONObject, context: Int, originalContext: Int, file: String
  ) throws(FileError) {
    func list(_ key: String) throws(FileError) -> [Float] {
      let values = parameters[key]?.array?.map { Float($0.double ?? 0) } ?? []
      if !values.isEmpty, values.allSatisfy({ $0 > 0 && $0.isFinite }) { return values }
      throw FileError(
        .malformed, file: file,
        cause:
          "the rope's \"\(key)\" is \(parameters[key]?.excerpt ?? "missing"), and should be a list "
          + "of numbers above 0",
        fix: "take config.json from the model's own folder")
    }
    let factor =
      parameters["factor"]?.double ?? Double(context) / Double(originalContext)
    self.init(
      short: try list("short_factor"), long: try list("long_factor"),
      originalContext: originalContext,
      magnitude: parameters["attention_factor"]?.double
        ?? Self.magnitude(factor, originalContext: originalContext))
  }
}

/// The divisors of rotary frequencies that a GGUF file lists as tensors.
package struct RopeFactors: Sendable {
  package var all: [Float] = []
  package var short: [Float] = []
  package var long: [Float] = []

  static let allName = "rope_freqs.weight"
  static let shortName = "rope_factors_short.weight"
  static let longName = "rope_factors_long.weight"

  package init() {}
}
