import Files
import Tensors

extension Architecture {
  /// The `config.json` of a model, by the keys that `DecoderDescription(huggingFace:)` reads. Positions are said as
  /// before version 5 of transformers, which later ones and other programs read as well. What is not said is
  /// transformers' default.
  ///
  /// - Parameter form: one of `forms`.
  func configuration(of model: DecoderDescription, _ form: JSONObject) -> JSONObject {
    var config: JSONObject = [
      "architectures": .array(classes.prefix(1).map { .string($0) }), "model_type": .string(name),
    ]
    let settings =
      sizeSettings(of: model.sizes) + constantSettings(of: model) + ropeSettings(of: model)
      + windows.settings(layers: model.sizes.layers, window: model.window(of:))
      + scales.map { ($0.name, $0.value(of: model.scales, head: model.sizes.head)) }
      + biasSettings(of: model) + form.members.map { ($0.key, $0.value) }
    for (key, value) in settings { config[key] = value }
    config["tie_word_embeddings"] = .bool(model.tiesHead)
    return config
  }

  private func sizeSettings(of sizes: DecoderSizes) -> [(String, JSONValue)] {
    let isDerived = keys.intermediateFactor.map { $0 * sizes.hidden } == sizes.intermediate
    let named = [
      (keys.vocabulary.name, sizes.vocabulary), (keys.hidden.name, sizes.hidden),
      (isDerived ? nil : keys.intermediate.name, sizes.intermediate),
      (keys.layers.name, sizes.layers), (keys.heads.name, sizes.heads),
      (keys.keyValueHeads?.name, sizes.keyValueHeads), (keys.head, sizes.head),
      (keys.context.name, sizes.context),
    ]
    return named.compactMap { name, size in name.map { ($0, .int(size)) } }
  }

  private func constantSettings(
    of model: DecoderDescription
  ) -> [(String, JSONValue)] {
    let activation = activationKey.flatMap { key in
      model.activation.name.map { (key, JSONValue.string($0)) }
    }
    let epsilon = keys.normEpsilon.name.map { ($0, JSONValue(model.normEpsilon)) }
    return [activation, epsilon].compactMap(\.self)
  }

  /// The keys that switch biases on.
  private func biasSettings(of model: DecoderDescription) -> [(String, JSONValue)] {
    linears.compactMap { form in
      guard case .setting(let key, _) = form.bias else { return nil }
      return (key, .bool(model.linear(form.role)?.hasBias ?? false))
    }
  }

  // MARK: - Positions

  private func ropeSettings(of model: DecoderDescription) -> [(String, JSONValue)] {
    guard case .rotary(let base, _, let scaling, let factors, let dimensions) = model.positions
    else { return [] }
    let head = model.sizes.head
    var settings: [(String, JSONValue)] = [(ropeBaseKey, JSONValue(Float(base)))]
    if case .rotary(let base, _, _, _, _) = model.windowPositions, let key = windowRopeBaseKey {
      settings.append((key, JSONValue(Float(base))))
    }
    if turnsPartOfHeads {
      settings.append((turnedShareKey, .double(Self.share(dimensions ?? head, of: head))))
    }
    let named =
      RopeScaling(
        llama3Factors: factors, headSize: dimensions ?? head, base: base,
        context: model.sizes.context) ?? scaling
    guard var dictionary = named.dictionary(context: model.sizes.context) else { return settings }
    let contextKey = "original_max_position_embeddings"
    if originalContext != nil, let context = dictionary[contextKey] {
      dictionary[contextKey] = nil
      settings.append((contextKey, context))
    }
    return settings + [("rope_scaling", .object(dictionary))]
  }

  /// The share of a head that `count` of its elements are, which must not be less by rounding.
  private static func share(_ count: Int, of head: Int) -> Double {
    let share = Double(count) / Double(head)
    return Int(Double(head) * share) < count ? share.nextUp : share
  }
}
