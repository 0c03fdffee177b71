import Checkpoints

/// PEFT's `adapter_config.json`: what an adapter's tensors mean.
package enum AdapterConfigurationFile {
  static let name = "adapter_config.json"

  /// The long-lived keys that every version of PEFT reads, and nothing else: old versions refuse
  /// keys that they do not know.
  package static func value(
    of configuration: LoRAConfiguration, baseModel: String
  ) -> JSONValue {
    [
      "alpha_pattern": [:],
      "auto_mapping": nil,
      "base_model_name_or_path": .string(baseModel),
      "bias": "none",
      "fan_in_fan_out": false,
      "inference_mode": true,
      "init_lora_weights": true,
      "layers_pattern": nil,
      "layers_to_transform": configuration.layers.map { .array($0.map { .int($0) }) } ?? nil,
      "lora_alpha": number(configuration.alpha),
      "lora_dropout": .double(Double(configuration.dropout.description) ?? 0),
      "modules_to_save": nil,
      "peft_type": "LORA",
      "r": .int(configuration.rank),
      "rank_pattern": [:],
      "revision": nil,
      "target_modules": .array(configuration.targets.map { .string($0.rawValue) }),
      "task_type": "CAUSAL_LM",
      "use_dora": false,
      "use_rslora": .bool(configuration.isRankStabilized),
    ]
  }

  private static func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .int($0) } ?? .double(value)
  }

  /// Reads the parts that Skillet has; refuses by name what would change the adapter's meaning.
  package static func read(
    _ config: JSONValue, file: String, layerCount: Int
  ) throws(CheckpointError) -> LoRAConfiguration {
    guard config["peft_type"]?.string == "LORA" else {
      throw CheckpointError(
        .unsupported, file: file,
        cause: "its peft_type is \(config["peft_type"]?.text() ?? "missing"), not \"LORA\"",
        fix: "only LoRA adapters can be loaded")
    }
    for key in changingKeys {
      guard let value = config[key], !isNeutral(value) else { continue }
      throw CheckpointError(
        .unsupported, file: file,
        cause: "\"\(key)\" is \(value.text()), which Skillet does not have",
        fix: "train or convert the adapter without it")
    }
    if let bias = config["bias"]?.string, bias != "none" {
      throw CheckpointError(
        .unsupported, file: file, cause: "\"bias\" is \"\(bias)\"",
        fix: "only adapters without trained biases can be loaded")
    }
    guard let rank = config["r"]?.int, rank > 0, rank <= 1 << 16,
      let alpha = config["lora_alpha"]?.double, alpha.isFinite
    else {
      throw CheckpointError(
        .malformed, file: file, cause: "\"r\" or \"lora_alpha\" is missing or no sensible number",
        fix: "take adapter_config.json from the adapter's own folder")
    }
    return LoRAConfiguration(
      rank: rank, alpha: alpha, dropout: try dropout(config, file: file),
      targets: try targets(config, file: file),
      layers: try layers(config, file: file, layerCount: layerCount),
      isRankStabilized: config["use_rslora"]?.bool ?? false)
  }

  private static func dropout(
    _ config: JSONValue, file: String
  ) throws(CheckpointError) -> Float {
    let dropout = Float(config["lora_dropout"].map { $0.double ?? .nan } ?? 0)
    guard (0..<1).contains(dropout) else {
      throw CheckpointError(
        .malformed, file: file,
        cause: "\"lora_dropout\" is \(config["lora_dropout"]?.text() ?? "missing")",
        fix: "give a share from 0 to below 1")
    }
    return dropout
  }

  private static let changingKeys = [
    "use_dora", "use_qalora", "lora_bias", "rank_pattern", "alpha_pattern", "layer_replication",
    "modules_to_save", "trainable_token_indices", "target_parameters", "fan_in_fan_out",
    "velora_config", "kasa_config", "monteclora_config", "use_bdlora", "alora_invocation_tokens",
    "arrow_config", "layers_pattern", "exclude_modules",
  ]

  private static func isNeutral(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false): true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    default: false
    }
  }

  private static func targets(
    _ config: JSONValue, file: String
  ) throws(CheckpointError) -> [TargetModule] {
    let value = config["target_modules"]
    if value?.string == "all-linear" { return TargetModule.allCases }
    let names = value?.array?.compactMap(\.string) ?? []
    var modules: [TargetModule] = []
    for name in names {
      guard let module = TargetModule(rawValue: name) else {
        throw CheckpointError(
          .unsupported, file: file, cause: "\"target_modules\" names \"\(name)\"",
          fix: "Skillet adapts " + TargetModule.allCases.map(\.rawValue).joined(separator: ", "))
      }
      if !modules.contains(module) { modules.append(module) }
    }
    if modules.isEmpty {
      throw CheckpointError(
        .unsupported, file: file,
        cause: "\"target_modules\" is \(value?.text() ?? "missing"), not a list of module names",
        fix: "write the names out, for example [\"q_proj\", \"v_proj\"]")
    }
    return modules
  }

  private static func layers(
    _ config: JSONValue, file: String, layerCount: Int
  ) throws(CheckpointError) -> [Int]? {
    guard let value = config["layers_to_transform"], !value.isNull else { return nil }
    let layers = value.int.map { [$0] } ?? value.array?.compactMap(\.int) ?? []
    guard !layers.isEmpty, layers.allSatisfy({ (0..<layerCount).contains($0) }) else {
      throw CheckpointError(
        .malformed, file: file,
        cause: "\"layers_to_transform\" is \(value.text()), and the model has \(layerCount) layers",
        fix: "load the model that the adapter was trained on")
    }
    return layers.sorted()
  }
}
