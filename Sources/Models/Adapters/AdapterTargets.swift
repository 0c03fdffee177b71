import Checkpoints
import Files
import Tokenizers

/// Which layers an `adapter_config.json` puts a pair beside, and of which rank and alpha, after the rules of
/// PEFT 0.21 (`check_target_module_exists`, `get_pattern_key`): a name stands for every module whose path ends with
/// it, and `layers_to_transform` leaves of those the layers that it lists; a whole path stands for itself, and a text
/// is a regular expression for whole paths.
struct AdapterTargets {
  private let config: JSONObject
  private let file: String
  private let model: DecoderDescription

  init(_ config: JSONObject, file: String, model: DecoderDescription) {
    (self.config, self.file, self.model) = (config, file, model)
  }

  /// Takes them into a configuration.
  func choose(for configuration: inout LoRAConfiguration) throws(FileError) {
    let layers = try layers(config["layers_to_transform"])
    let names = try names("target_modules")
    let excluded = try excluded()
    if case .pattern = names, layers != nil {
      throw FileError(
        .unsupported, file: file,
        cause:
          "\"layers_to_transform\" stands beside a pattern as \"target_modules\", which PEFT refuses",
        fix: "write the layers into the pattern")
    }
    try refuseUnknown(names)
    let savedNames = try savedNames()
    configuration.saved = try saved(savedNames)
    let chosen = model.modules(names, excluding: excluded, layers: layers).filter {
      !model.isExcluded(model.path(at: $0), savingModules: savedNames)
    }
    if let both = model.places.first(where: {
      chosen.contains($0) && configuration.saved.contains($0)
    }) {
      throw FileError(
        .unsupported, file: file,
        cause: "\"modules_to_save\" and \"target_modules\" both name \(model.path(at: both))",
        fix: "leave it out of one of them")
    }
    guard !chosen.isEmpty else {
      throw FileError(
        .unsupported, file: file,
        cause: "\"target_modules\" fits no layer of this model that can be adapted"
          + (excluded == nil ? "" : " that \"exclude_modules\" leaves"), fix: known)
    }
    if configuration.isWeightDecomposed, chosen.contains(.table(.embedding)) {
      throw FileError(
        .unsupported, file: file,
        cause: "\"use_dora\" is true for the embedding, whose lengths Skillet does not learn",
        fix: "train it without \"use_dora\", or leave the embedding out")
    }
    configuration.choose(chosen, of: model)
    let places = model.places(of: configuration)
    configuration.ranks = try exceptions(
      "rank_pattern", places,
      { value in value.int.flatMap { (1...1 << 16).contains($0) ? $0 : nil } },
      "an integer from 1 to \(1 << 16)")
    configuration.alphas = try exceptions(
      "alpha_pattern", places,
      { value in value.double.flatMap { abs($0) <= 1e30 ? $0 : nil } }, "a number")
  }

  private var known: String {
    "this model has " + model.targetNames.joined(separator: ", ")
  }

  private func refuseUnknown(_ names: ModuleNames) throws(FileError) {
    guard case .list(let list) = names else { return }
    for name in list where model.modules(.list([name])).isEmpty {
      throw FileError(
        .unsupported, file: file,
        cause: "\"target_modules\" names \"\(name)\", which is no layer of this model that can be "
          + "adapted", fix: known)
    }
  }

  private func savedNames() throws(FileError) -> [String] {
    guard let value = config["modules_to_save"], !value.isNull else { return [] }
    let list = value.array ?? []
    let names = list.compactMap(\.string)
    if value.array != nil, names.count == list.count { return names }
    throw FileError(
      .malformed, file: file,
      cause: "\"modules_to_save\" is \(value.excerpt), not a list of module names",
      fix: "write the names out, for example [\"lm_head\", \"norm\"]")
  }

  /// The modules that are trained themselves.
  private func saved(_ names: [String]) throws(FileError) -> Set<ModulePlace> {
    var places: Set<ModulePlace> = []
    for name in names {
      let found = name.isEmpty ? [] : model.savedModules(named: name)
      let other = model.untrainedModule(named: name)
      guard !found.isEmpty, other == nil else {
        throw FileError(
          .unsupported, file: file,
          cause: "\"modules_to_save\" names \"\(name)\", "
            + (other.map { "which stands for \($0), and Skillet does not train that" }
              ?? "which is no module of this model that Skillet trains"),
          fix: "this model has " + model.savedNames.joined(separator: ", "))
      }
      places.formUnion(found)
    }
    return places
  }

  private func excluded() throws(FileError) -> ModuleNames? {
    let value = config["exclude_modules"]
    guard let value, !value.isNull, value != [] else { return nil }
    return try names("exclude_modules")
  }

  private func names(_ key: String) throws(FileError) -> ModuleNames {
    let value = config[key]
    if let text = value?.string {
      if key == "target_modules", text == "all-linear" { return .all }
      return .pattern(
        try pattern(key, text) { text throws(TokenizerError) in try ModulePattern(whole: text) })
    }
    let list = value?.array ?? []
    let names = list.compactMap(\.string)
    if !names.isEmpty, names.count == list.count { return .list(names) }
    throw FileError(
      .unsupported, file: file,
      cause: "\"\(key)\" is \(value?.excerpt ?? "missing"), not a list of module names",
      fix: "write the names out, for example [\"q_proj\", \"v_proj\"]")
  }

  private func pattern(
    _ key: String, _ text: String,
    _ make: (String) throws(TokenizerError) -> ModulePattern
  ) throws(FileError) -> ModulePattern {
    do throws(TokenizerError) {
      return try make(text)
    } catch {
      throw FileError(
        .unsupported, file: file,
        cause:
          "\"\(key)\" has the pattern \(JSONValue.string(text).excerpt), which Skillet does not read: "
          + "\(error)",
        fix: "write the modules that the pattern stands for as a list, for example "
          + "[\"q_proj\", \"v_proj\"]")
    }
  }

  /// The blocks that are listed; none where `layers_pattern` looks for them elsewhere than the model has them.
  private func layers(_ value: JSONValue?) throws(FileError) -> Set<Int>? {
    let patterns = try layersPatterns()
    guard let value, !value.isNull, value != [] else {
      guard patterns.isEmpty else {
        throw FileError(
          .unsupported, file: file,
          cause: "\"layers_pattern\" stands without \"layers_to_transform\", which PEFT refuses",
          fix: "set it to null")
      }
      return nil
    }
    let list = value.array ?? [value]
    let layers = list.compactMap { if case .int(let layer) = $0 { layer } else { nil } }
    guard layers.count == list.count,
      layers.allSatisfy({ (0..<model.sizes.layers).contains($0) })
    else {
      throw FileError(
        .malformed, file: file,
        cause: "\"layers_to_transform\" is \(value.excerpt), and the model has "
          + "\(model.sizes.layers) layers",
        fix: "load the model that the adapter was trained on")
    }
    let fits =
      patterns.isEmpty || patterns.contains { ".\(model.blockPath)".hasSuffix(".\($0).") }
    return fits ? Set(layers) : []
  }

  /// What the path of the blocks may end with; none for any path.
  private func layersPatterns() throws(FileError) -> [String] {
    guard let value = config["layers_pattern"], !value.isNull, value != "" else { return [] }
    if config["target_modules"]?.string != nil {
      throw FileError(
        .unsupported, file: file,
        cause: "\"layers_pattern\" stands beside a text as \"target_modules\", which PEFT refuses",
        fix: "write the layers into the pattern")
    }
    let list = value.array ?? [value]
    let patterns = list.compactMap(\.string)
    // PEFT reads them as regular expressions, where a name is one that fits itself
    guard patterns.count == list.count,
      patterns.allSatisfy({ $0.allSatisfy { $0.isLetter || $0.isNumber || "_.".contains($0) } })
    else {
      throw FileError(
        .unsupported, file: file,
        cause: "\"layers_pattern\" is \(value.excerpt), and Skillet reads names there",
        fix: "write the name of the list of blocks, for example \"layers\" or \"h\"")
    }
    return patterns
  }

  /// What a pattern says of each layer: the first of its keys that fits counts.
  private func exceptions<Number>(
    _ key: String, _ places: [ModulePlace], _ read: (JSONValue) -> Number?, _ kind: String
  ) throws(FileError) -> [ModulePlace: Number] {
    guard let value = config[key], !value.isNull else { return [:] }
    guard let object = value.object else {
      throw FileError(
        .malformed, file: file, cause: "\"\(key)\" is \(value.excerpt), and should be an object",
        fix: "take adapter_config.json from the adapter's own folder")
    }
    var found: [ModulePlace: Number] = [:]
    for member in object.members {
      guard let number = read(member.value) else {
        throw FileError(
          .malformed, file: file,
          cause:
            "\"\(key)\" has \(member.value.excerpt) for \(JSONValue.string(member.key).excerpt), and "
            + "should have \(kind)",
          fix: "take adapter_config.json from the adapter's own folder")
      }
      let pattern = try pattern(key, member.key) { text throws(TokenizerError) in
        try ModulePattern(ending: text)
      }
      for place in places where found[place] == nil && pattern.fits(model.path(at: place)) {
        found[place] = number
      }
    }
    return found
  }
}

extension DecoderDescription {
  /// The layers and tables that names stand for.
  ///
  /// - Parameter layers: of the layers that are named by more than their path, those of these blocks, and
  ///   no table; nil means all.
  package func modules(
    _ names: ModuleNames, excluding excluded: ModuleNames? = nil, layers: Set<Int>? = nil
  ) -> Set<ModulePlace> {
    Set(
      places.filter { place in
        let path = path(at: place)
        guard (excluded?.fit(of: path) ?? .no) == .no else { return false }
        switch names.fit(of: path) {
        case .no: return false
        case .byName:
          guard let layer = place.layer else { return names != .all && layers == nil }
          return layers?.contains(layer) ?? true
        case .byPath: return true
        }
      })
  }

  /// The matrices that a configuration adapts, in order.
  func places(of configuration: LoRAConfiguration) -> [ModulePlace] {
    places.filter(configuration.includes)
  }

  /// The names that stand for what a configuration adapts.
  package func targetNames(of configuration: LoRAConfiguration) -> [String] {
    names(of: configuration.targets)
      + configuration.tables.sorted().map { name(of: .table($0)) }
  }

  /// The names of all that can be adapted.
  package var targetNames: [String] {
    names(of: LinearRole.allCases) + TokenTable.allCases.map { name(of: .table($0)) }
  }
}
