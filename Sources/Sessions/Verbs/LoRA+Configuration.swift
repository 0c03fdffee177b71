import Models
import RecipeLanguage
import Tokenizers

/// What `lora` asks for, on the layers of the model at hand.
extension Session {
  func configuration(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> LoRAConfiguration {
    var configuration = LoRAConfiguration(
      rank: call[LoRA.rank], alpha: call[LoRA.alpha], dropout: Float(call[LoRA.dropout]),
      isRankStabilized: call[LoRA.isRankStabilized])
    configuration.isWeightDecomposed = call[LoRA.isWeightDecomposed]
    configuration.saved = try savedModules(call, of: model)
    configuration.choose(
      try chosen(call, of: model, beside: configuration.saved), of: model)
    if configuration.isWeightDecomposed, configuration.tables.contains(.embedding) {
      throw VerbFailure(
        "E0212",
        "DoRA's lengths are those of rows that give outputs, and those of an embedding are its tokens",
        argument: LoRA.isWeightDecomposed,
        help: "leave it out, or \(model.name(of: .table(.embedding)))")
    }
    try chooseTables(&configuration, call, of: model)
    configuration.biases = call[LoRA.biases]
    try requireBiases(of: configuration, in: model)
    try override(&configuration, call, model)
    try requireRanks(call, of: configuration, in: model)
    try requireStart(call, of: configuration)
    return configuration
  }

  /// The layers that `targets`, `modules`, `exclude` and `layers` choose.
  ///
  /// - Parameter saved: those that are trained themselves, which all_linear leaves out.
  func chosen(
    _ call: VerbCall, of model: DecoderDescription, beside saved: Set<ModulePlace> = []
  ) throws(VerbFailure) -> Set<ModulePlace> {
    let layers = try layers(call, of: model)
    let excluded = try call[LoRA.exclude].map { names throws(VerbFailure) in
      try places(named: names, LoRA.exclude, of: model)
    }
    let chosen: Set<ModulePlace>
    if let texts = call[LoRA.modules] {
      chosen = try modules(texts, call, model, layers)
    } else {
      chosen = try targets(call, of: model).filter { place in
        place.layer.flatMap { layers?.contains($0) } ?? true
      }
    }
    let wanted = chosen.subtracting(excluded ?? [])
    try requireApart(wanted, saved, call, of: model)
    let left = wanted.subtracting(saved)
    if !left.isEmpty { return left }
    if case .string(let text)? = call.given[LoRA.modules.name], chosen.isEmpty {
      throw unfit(text, model)
    }
    let named: any DeclaredArgument = call.has(LoRA.modules) ? LoRA.modules : LoRA.targets
    throw noLayer(chosen.isEmpty ? named : wanted.isEmpty ? LoRA.exclude : LoRA.saved)
  }

  private func modules(
    _ texts: [String], _ call: VerbCall, _ model: DecoderDescription, _ layers: Set<Int>?
  ) throws(VerbFailure) -> Set<ModulePlace> {
    if case .list? = call.given[LoRA.modules.name] {
      for text in texts where model.modules(.list([text])).isEmpty {
        throw unknownLayer(text, LoRA.modules, model, isAdapted: true)
      }
      // The embedding and the head are in no block, so that `layers` leaves none of them out.
      let tables = model.modules(.list(texts)).filter { $0.table != nil }
      return model.modules(.list(texts), layers: layers).union(tables)
    }
    guard layers == nil else {
      throw VerbFailure(
        "E0212", "a regular expression says itself which blocks are meant",
        argument: LoRA.layers, help: "write the blocks into `\(LoRA.modules.name)`")
    }
    do throws(TokenizerError) {
      return model.modules(.pattern(try ModulePattern(whole: texts.first ?? "")))
    } catch {
      throw VerbFailure(
        "E0407", "the regular expression is not read: \(error)", argument: LoRA.modules,
        help: "for example \".*layers\\.[0-3]\\.self_attn\\.(q|v)_proj\", or a list of names")
    }
  }

  /// A regular expression that fits no layer; often a part of their paths.
  private func unfit(_ text: String, _ model: DecoderDescription) -> VerbFailure {
    let part = ".*" + text + ".*"
    let fits = (try? ModulePattern(whole: part)).map { pattern in
      !model.modules(.pattern(pattern)).isEmpty
    }
    return VerbFailure(
      "E0407", "no path of a layer is \(NumberText.quoted(text))", argument: LoRA.modules,
      help: fits == true
        ? "for a part of paths write \(LoRA.modules.name): \(NumberText.quoted(part))"
        : "for example \".*layers\\.[0-3]\\.self_attn\\.(q|v)_proj\", or a list of names",
      notes: [
        "a text is a regular expression for whole paths such as model.layers.0.self_attn.q_proj; a list "
          + "gives ends of paths"
      ])
  }

  private func targets(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> Set<ModulePlace> {
    let names = call[LoRA.targets]
    if names.isEmpty { throw noLayer(LoRA.targets) }
    let others = names.filter { $0 != LoRA.everyLinear }
    let named = try places(named: others, LoRA.targets, of: model)
    return others.count == names.count ? named : named.union(model.modules(.all))
  }

  /// The blocks that get an adapter; nil for all.
  private func layers(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> Set<Int>? {
    guard let layers = call[LoRA.layers] else { return nil }
    if let outside = layers.first(where: { $0 >= model.sizes.layers }) {
      throw VerbFailure(
        "E0407", "there is no block \(outside): the model has \(model.sizes.layers)",
        argument: LoRA.layers, help: "blocks count from 0 to \(model.sizes.layers - 1)")
    }
    if layers.isEmpty { throw noLayer(LoRA.layers) }
    return Set(layers)
  }

  private func noLayer(_ argument: any DeclaredArgument) -> VerbFailure {
    VerbFailure(
      "E0407", "this gives an adapter to no layer at all", argument: argument,
      help: "leave it out for all of them")
  }

  /// Ranks and alphas of layers that have another than the rest.
  private func override(
    _ configuration: inout LoRAConfiguration, _ call: VerbCall, _ model: DecoderDescription
  ) throws(VerbFailure) {
    for field in call[LoRA.overrides]?.fields ?? [] {
      let named = model.modules(.list([field.name]))
      if named.isEmpty {
        throw unknownLayer(field.name, LoRA.overrides, model, isAdapted: true)
      }
      let places = named.filter(configuration.includes)
      guard !places.isEmpty else {
        throw VerbFailure(
          "E0407", "`\(field.name)` gets no adapter here", argument: LoRA.overrides,
          help: "leave it out, or name it in `\(LoRA.targets.name)` too")
      }
      guard case .record(let own) = field.value, !own.fields.isEmpty else {
        throw notANumber(field)
      }
      for number in own.fields {
        switch (number.name, number.value) {
        case (LoRA.rank.name, .int(let rank)) where LoRA.mostRank.contains(rank):
          for place in places { configuration.ranks[place] = rank }
        case (LoRA.alpha.name, let value):
          guard let alpha = value.number, LoRA.mostAlpha.contains(alpha) else {
            throw notANumber(field)
          }
          for place in places { configuration.alphas[place] = alpha }
        default: throw notANumber(field)
        }
      }
    }
  }

  private func notANumber(_ field: Record.Field) -> VerbFailure {
    VerbFailure(
      "E0207", "`\(field.name)` has \(field.value.source)", argument: LoRA.overrides,
      help: "a rank or an alpha as `\(LoRA.name)` takes them for all layers: "
        + "{\(field.name): {rank: 16, alpha: 32}}")
  }

  /// Refuses biases that the model does not have, or that are not all trained.
  private func requireBiases(
    of configuration: LoRAConfiguration, in model: DecoderDescription
  ) throws(VerbFailure) {
    guard configuration.biases != .none else { return }
    let layout = AdapterLayout(configuration: configuration, model: model)
    guard layout.entries.contains(where: { $0.hasBias && !$0.isSaved }) else {
      throw VerbFailure(
        "E0407", "none of these layers has a bias", argument: LoRA.biases, help: "leave it out")
    }
  }

  /// Each rank is at most what its layer has, and even where the start asks for that.
  private func requireRanks(
    _ call: VerbCall, of configuration: LoRAConfiguration, in model: DecoderDescription
  ) throws(VerbFailure) {
    let entries = AdapterLayout(configuration: configuration, model: model).entries
    for entry in entries where entry.hasPair {
      let argument: any DeclaredArgument =
        configuration.ranks[entry.place] == nil ? LoRA.rank : LoRA.overrides
      let most = min(entry.inputs, entry.outputs)
      if entry.rank > most {
        throw VerbFailure(
          "E0408", "rank \(entry.rank) is more than the smallest of these layers has: \(most)",
          argument: argument, help: "a rank far below \(most) is the point; 8 is a good start")
      }
      if call[LoRA.start] == .orthogonal, !entry.rank.isMultiple(of: 2) {
        throw VerbFailure(
          "E0408",
          "an orthogonal start gives A and B half of the rank each, and \(entry.rank) is odd",
          argument: argument, help: "rank: \(entry.rank + 1), or another init")
      }
    }
  }
}
