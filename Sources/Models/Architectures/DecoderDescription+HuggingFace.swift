import Checkpoints
import Files
import Tensors

extension DecoderDescription {
  /// From a Hugging Face `config.json`; a key that is missing has transformers' default where the model
  /// cannot be another one for it.
  package init(huggingFace config: JSONValue, file: String) throws(FileError) {
    guard let object = config.object else {
      throw FileError(
        .malformed, file: file, cause: "the file is not a JSON object",
        fix: "take config.json from the model's own folder")
    }
    guard let known = (object["model_type"]?.string).flatMap(Architecture.named) else {
      throw FileError(
        .unsupported, file: file,
        cause: "the model's type (\"model_type\") is \(object["model_type"]?.excerpt ?? "missing")",
        fix: "Skillet reads models of the types \(Architecture.quoted(Architecture.names))")
    }
    try KeyTable.configuration(known).check(object, file: file)
    var family = known
    known.form?(&family, object)
    let sizes = try DecoderSizes(object, family.keys, file: file)
    let epsilon = family.keys.normEpsilon
    self.init(
      family: family, sizes: sizes,
      normEpsilon: Float(epsilon.name.flatMap { object[$0]?.double } ?? epsilon.value),
      positions: try Self.positions(object, family, sizes, file: file),
      tiesHead: object["tie_word_embeddings"]?.bool ?? family.tiesHeadByDefault,
      isSet: { key, standard, _ in object[key]?.bool ?? standard })
    paddingToken = family.paddingToken(object, vocabulary: sizes.vocabulary)
    if let name = family.activationKey.flatMap({ object[$0]?.string }) {
      activation = family.activation.choices[name] ?? activation
    }
    for scale in family.scales { scale.apply(object, to: &scales) }
    windows = try family.windows.windows(object, layers: sizes.layers, file: file)
    if family.windowRopeBase != nil {
      windowPositions = try Self.positions(object, family, sizes, isWindowed: true, file: file)
    }
    unturnedLayers = try Self.unturnedLayers(object, family, sizes.layers, file: file)
    leaveUnturned(family.turns)
    let isNamed = family.keys.head.map { object[$0]?.int != nil } ?? false
    let isDivided = isNamed || family.keys.headDefault != nil || sizes.hidden % sizes.heads == 0
    let remainder =
      "the hidden size \(sizes.hidden) is no multiple of its \(sizes.heads) attention heads"
    if let inconsistency = isDivided ? inconsistency : remainder {
      throw FileError(
        .malformed, file: file, cause: inconsistency, fix: "check the configuration")
    }
    try requireRows(forTokensOf: object, file: file)
  }

  private static func positions(
    _ object: JSONObject, _ family: Architecture, _ sizes: DecoderSizes, isWindowed: Bool = false,
    file: String
  ) throws(FileError) -> Positions {
    switch family.positions {
    case .learned: return .learned
    case .linearBiases(let form): return .linearBiases(form)
    case .rotary:
      let rope = try RopeReading(
        huggingFace: object, family, context: sizes.context, isWindowed: isWindowed, file: file)
      let count = family.turnedCount.flatMap { object[$0.name]?.int ?? $0.value }
      return .rotary(
        base: rope.base, pairing: family.pairing, scaling: rope.scaling,
        dimensions: count ?? (rope.share == 1 ? nil : Int(Double(sizes.head) * rope.share)))
    }
  }

  /// Adds the layers that see no places for want of a window.
  mutating func leaveUnturned(_ rule: Architecture.TurnRule) {
    // A model with windows may have them in no layer.
    guard rule == .windowed || rule == .windowedIfAny && !windows.isEmpty else { return }
    unturnedLayers.formUnion((0..<sizes.layers).filter { window(of: $0) == nil })
  }

  /// Layers without places: those with 0 in `no_rope_layers`.
  private static func unturnedLayers(
    _ object: JSONObject, _ family: Architecture, _ layers: Int, file: String
  ) throws(FileError) -> Set<Int> {
    guard let period = family.unturnedEvery else { return [] }
    guard let listed = object["no_rope_layers"]?.array else {
      let period = object["no_rope_layer_interval"]?.int ?? period
      return Set((0..<layers).filter { ($0 + 1) % period == 0 })
    }
    guard listed.count == layers, listed.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw FileError(
        .malformed, file: file,
        cause:
          "\"no_rope_layers\" is \(JSONValue.array(listed).excerpt), and should be a 0 or 1 for "
          + "each of the \(layers) layers",
        fix: "take config.json from the model's own folder")
    }
    return Set(listed.indices.filter { listed[$0] == 0 })
  }

  /// Token ids of the configuration must have a row of the embedding. -1 is an old way to write none.
  private func requireRows(
    forTokensOf object: JSONObject, file: String
  ) throws(FileError) {
    for key in ["bos_token_id", "eos_token_id", "pad_token_id"] {
      let ids = object[key]?.array?.compactMap(\.int) ?? object[key]?.int.map { [$0] } ?? []
      let known = -1..<sizes.vocabulary
      guard let outside = ids.first(where: { !known.contains($0) }) else { continue }
      throw FileError(
        .malformed, file: file,
        cause: "\"\(key)\" is \(outside), and the embedding has \(sizes.vocabulary) rows",
        fix: "take config.json and weights from the same model")
    }
  }
}

extension DecoderSizes {
  fileprivate init(
    _ object: JSONObject, _ keys: ConfigurationNames, file: String
  ) throws(FileError) {
    func size(_ key: ConfigurationNames.Key) throws(FileError) -> Int {
      let named = key.names.compactMap { object[$0]?.int }
      if Set(named).count > 1 {
        throw FileError(
          .malformed, file: file,
          cause: "\"\(key.names[0])\" is \(named[0]), and \"\(key.names[1])\" is \(named[1])",
          fix: "keep the one of the two that the model was made with")
      }
      if let value = named.first ?? key.value { return value }
      throw FileError(
        .absent, file: file, cause: "the key \"\(key.name)\" is missing",
        fix: "take config.json from the model's own folder")
    }
    let hidden = try size(keys.hidden)
    let heads = try size(keys.heads)
    var intermediate = keys.intermediate
    intermediate.value = keys.intermediateFactor.map { $0 * hidden }
    self.init(
      hidden: hidden, layers: try size(keys.layers), heads: heads,
      keyValueHeads: keys.fixedKeyValueHeads ?? Self.keyValueHeads(object, keys) ?? heads,
      head: keys.head.flatMap { object[$0]?.int } ?? keys.headDefault ?? hidden / heads,
      intermediate: try size(intermediate), vocabulary: try size(keys.vocabulary),
      context: try size(keys.context))
  }

  /// A key that is missing has the default, one that is null stands for as many as there are heads.
  private static func keyValueHeads(_ object: JSONObject, _ keys: ConfigurationNames) -> Int? {
    keys.keyValueHeads.flatMap { key in object[key.name].map(\.int) ?? key.value }
  }
}
