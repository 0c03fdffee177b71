import Checkpoints
import Files

/// PEFT's `adapter_config.json`: what an adapter's tensors mean.
package enum AdapterConfigurationFile {
  static let name = "adapter_config.json"

  /// The long-lived keys that every version of PEFT reads, and nothing else: old versions refuse
  /// keys that they do not know.
  package static func value(
    of configuration: LoRAConfiguration, on model: DecoderDescription, baseModel: String
  ) -> JSONValue {
    [
      "alpha_pattern": [:],
      "auto_mapping": nil,
      "base_model_name_or_path": .string(baseModel),
      "bias": "none",
      "fan_in_fan_out": .bool(model.linears.contains(where: \.isConv1D)),
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
      "target_modules": .array(model.names(of: configuration.targets).map { .string($0) }),
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
    _ config: JSONValue, file: String, model: DecoderDescription
  ) throws(FileError) -> LoRAConfiguration {
    guard let object = config.object, object["peft_type"]?.string == "LORA" else {
      throw FileError(
        .unsupported, file: file,
        cause: "its peft_type is \(config["peft_type"]?.excerpt ?? "missing"), not \"LORA\"",
        fix: "only LoRA adapters can be loaded")
    }
    try KeyTable.adapter.check(object, file: file)
    guard let rank = object["r"]?.int, let alpha = object["lora_alpha"]?.double else {
      throw FileError(
        .absent, file: file, cause: "\"r\" or \"lora_alpha\" is missing",
        fix: "take adapter_config.json from the adapter's own folder")
    }
    let targets = try AdapterTargets(object, file: file, model: model)
    return LoRAConfiguration(
      rank: rank, alpha: alpha, dropout: Float(object["lora_dropout"]?.double ?? 0),
      targets: targets.roles, layers: targets.layers,
      isRankStabilized: object["use_rslora"]?.bool ?? false)
  }
}
