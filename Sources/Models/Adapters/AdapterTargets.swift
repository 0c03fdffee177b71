import Checkpoints
import Files

/// Which linear layers an `adapter_config.json` puts a pair beside, after the rules of PEFT 0.21
/// (`check_target_module_exists`): a name stands for every module whose path ends with it, and
/// `layers_to_transform` leaves of those the layers that it lists; a whole path stands for itself.
struct AdapterTargets {
  let roles: [LinearRole]
  /// Nil means all.
  let layers: [Int]?

  init(
    _ config: JSONObject, file: String, model: DecoderDescription
  ) throws(FileError) {
    let layerCount = model.sizes.layers
    let listed = try Self.layers(config["layers_to_transform"], file, layerCount)
    let names = try Self.names("target_modules", config, file)
    let excluded = try Self.excluded(config, file)
    var chosen = [Set<LinearRole>](repeating: [], count: layerCount)
    for layer in 0..<layerCount {
      let isListed = listed?.contains(layer) ?? true
      for module in model.linears {
        let isWhole = names?.contains(model.path(module, layer: layer)) == true
        let isNamed = names?.contains { model.matches($0, module, layer: layer) } ?? true
        let isOut = excluded.contains { model.matches($0, module, layer: layer) }
        if isNamed, isWhole || isListed, !isOut { chosen[layer].insert(module.role) }
      }
    }
    for name in names ?? [] {
      let isKnown = (0..<layerCount).contains { layer in
        model.linears.contains { model.matches(name, $0, layer: layer) }
      }
      if !isKnown { throw Self.unknown(name, model, file) }
    }
    let adapted = chosen.indices.filter { !chosen[$0].isEmpty }
    let roles = adapted.first.map { chosen[$0] } ?? []
    guard !roles.isEmpty, adapted.allSatisfy({ chosen[$0] == roles }) else {
      throw FileError(
        .unsupported, file: file,
        cause: "\"target_modules\" names other modules in one layer than in another, which Skillet "
          + "does not have",
        fix: "train the adapter with the same modules in each of its layers")
    }
    self.roles = roles.sorted()
    layers = adapted.count == layerCount ? nil : adapted
  }

  private static func unknown(
    _ name: String, _ model: DecoderDescription, _ file: String
  ) -> FileError {
    FileError(
      .unsupported, file: file,
      cause: "\"target_modules\" names \"\(name)\", which is no linear layer of this model's "
        + "blocks",
      fix: "this model has " + model.names(of: LinearRole.allCases).joined(separator: ", "))
  }

  private static func excluded(_ config: JSONObject, _ file: String) throws(FileError) -> [String] {
    let value = config["exclude_modules"]
    guard let value, !value.isNull, value != [] else { return [] }
    return try names("exclude_modules", config, file) ?? []
  }

  /// The names as they stand; nil for `all-linear` as targets.
  private static func names(
    _ key: String, _ config: JSONObject, _ file: String
  ) throws(FileError) -> [String]? {
    let value = config[key]
    if key == "target_modules", value?.string == "all-linear" { return nil }
    let list = value?.array ?? []
    let names = list.compactMap(\.string)
    if !names.isEmpty, names.count == list.count { return names }
    throw FileError(
      .unsupported, file: file,
      cause: "\"\(key)\" is \(value?.excerpt ?? "missing"), not a list of module names",
      fix: value?.string == nil
        ? "write the names out, for example [\"q_proj\", \"v_proj\"]"
        : "write the modules that the pattern stands for as a list, for example "
          + "[\"q_proj\", \"v_proj\"]")
  }

  private static func layers(
    _ value: JSONValue?, _ file: String, _ layerCount: Int
  ) throws(FileError) -> [Int]? {
    guard let value, !value.isNull, value != [] else { return nil }
    let list = value.array ?? [value]
    let layers = list.compactMap { if case .int(let layer) = $0 { layer } else { nil } }
    guard layers.count == list.count, layers.allSatisfy({ (0..<layerCount).contains($0) }) else {
      throw FileError(
        .malformed, file: file,
        cause: "\"layers_to_transform\" is \(value.excerpt), and the model has \(layerCount) "
          + "layers",
        fix: "load the model that the adapter was trained on")
    }
    return Set(layers).sorted()
  }
}
