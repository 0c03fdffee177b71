import Checkpoints
import Files

/// PEFT's `adapter_config.json`: what an adapter's tensors mean.
package enum AdapterConfigurationFile {
  static let name = "adapter_config.json"

  /// The long-lived keys that every version of PEFT reads, and others only where they are needed: old versions
  /// refuse keys that they do not know.
  package static func value(
    of configuration: LoRAConfiguration, on model: DecoderDescription, baseModel: String
  ) -> JSONValue {
    var object = common(configuration, model, baseModel).object ?? JSONObject()
    for (key, value) in AdapterTables.values(of: configuration, on: model) { object[key] = value }
    return .object(object)
  }

  /// Whether a key is true only where that is asked for.
  package static func isFlag(_ key: String) -> Bool {
    key.hasPrefix("use_") || key == AdapterTables.tyingKey
  }

  private static func common(
    _ configuration: LoRAConfiguration, _ model: DecoderDescription, _ baseModel: String
  ) -> JSONValue {
    [
      "alpha_pattern": pattern(configuration.alphas.mapValues(number), configuration, model),
      "auto_mapping": nil,
      "base_model_name_or_path": .string(baseModel),
      "bias": .string(configuration.biases.rawValue),
      "fan_in_fan_out": .bool(model.linears.contains(where: \.isConv1D)),
      "inference_mode": true,
      "init_lora_weights": true,
      "layers_pattern": nil,
      "layers_to_transform": layers(configuration),
      "lora_alpha": number(configuration.alpha),
      "lora_dropout": .double(Double(configuration.dropout.description) ?? 0),
      "modules_to_save": saved(configuration, model),
      "peft_type": "LORA",
      "r": .int(configuration.rank),
      "rank_pattern": pattern(configuration.ranks.mapValues { .int($0) }, configuration, model),
      "revision": nil,
      "target_modules": .array(targets(configuration, model).map { .string($0) }),
      "task_type": "CAUSAL_LM",
      "use_dora": .bool(configuration.isWeightDecomposed),
      "use_rslora": .bool(configuration.isRankStabilized),
    ]
  }

  /// Whole paths, since a name stands for all that ends with it.
  private static func saved(
    _ configuration: LoRAConfiguration, _ model: DecoderDescription
  ) -> JSONValue {
    let places = model.modulePlaces.filter(configuration.saved.contains)
    return places.isEmpty ? nil : .array(places.map { .string(model.path(at: $0)) })
  }

  /// Null where whole paths say it already.
  private static func layers(_ configuration: LoRAConfiguration) -> JSONValue {
    guard configuration.only == nil, let layers = configuration.layers else { return nil }
    return .array(layers.map { .int($0) })
  }

  /// Names, or whole paths where blocks have other layers than each other. Tables have their paths always, since
  /// `layers_to_transform` would leave out what is only named.
  private static func targets(
    _ configuration: LoRAConfiguration, _ model: DecoderDescription
  ) -> [String] {
    let tables = configuration.tables.sorted().map { model.path(at: .table($0)) }
    guard configuration.only != nil else {
      return model.names(of: configuration.targets) + tables
    }
    let blocks = model.places(of: configuration).filter { $0.table == nil }
    return blocks.map { model.path(at: $0) } + tables
  }

  /// Numbers of layers by a name that all of them share, or else by their paths.
  private static func pattern(
    _ numbers: [ModulePlace: JSONValue], _ configuration: LoRAConfiguration,
    _ model: DecoderDescription
  ) -> JSONValue {
    var object = JSONObject()
    let places = model.places(of: configuration)
    for role in configuration.targets {
      let own = places.filter { $0.role == role }
      let values = own.map { numbers[$0] }
      guard let first = values.first, values.contains(where: { $0 != nil }) else { continue }
      let names = model.names(of: [role])
      if let first, values.allSatisfy({ $0 == first }), names.count == 1 {
        object[names[0]] = first
      } else {
        for (place, value) in zip(own, values) {
          if let value { object[model.path(at: place)] = value }
        }
      }
    }
    for table in configuration.tables.sorted() {
      if let value = numbers[.table(table)] { object[model.path(at: .table(table))] = value }
    }
    return .object(object)
  }

  private static func number(_ value: Double) -> JSONValue {
    Int(exactly: value).map { .int($0) } ?? .double(value)
  }

  /// The start that PEFT took out of the base's weights, and would take out again; the key then says that there was
  /// none. Nil for any other start.
  static func takeSubtractedStart(of config: inout JSONValue) -> AdapterStart? {
    guard var object = config.object,
      let start = object["init_lora_weights"]?.string.flatMap(AdapterStart.init), start.isSubtracted
    else { return nil }
    object["init_lora_weights"] = true
    config = .object(object)
    return start
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
    var configuration = LoRAConfiguration(
      rank: rank, alpha: alpha, dropout: Float(object["lora_dropout"]?.double ?? 0),
      isRankStabilized: object["use_rslora"]?.bool ?? false)
    configuration.isWeightDecomposed = object["use_dora"]?.bool ?? false
    configuration.biases = object["bias"]?.string.flatMap(TrainedBiases.init) ?? .none
    try AdapterTargets(object, file: file, model: model).choose(for: &configuration)
    try AdapterTables(object, file: file, model: model).choose(for: &configuration)
    return configuration
  }
}
