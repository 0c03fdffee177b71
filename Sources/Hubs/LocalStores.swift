import Files

/// Models that Ollama has fetched: a manifest for each name and tag, which lists blobs by their digests. In a
/// recipe `ollama:NAME` or `ollama:NAME:TAG`.
package enum OllamaStore {
  package static let prefix = "ollama:"

  private static let standardHost = "registry.ollama.ai"
  private static let standardOwner = "library"
  private static let standardTag = "latest"
  /// Layers of a manifest by the end of their type.
  private static let modelLayer = "application/vnd.ollama.image.model"
  private static let adapterLayer = "application/vnd.ollama.image.adapter"
  private static let projectorLayer = "application/vnd.ollama.image.projector"

  /// The folders that Ollama keeps models in: OLLAMA_MODELS, else the user's own and the system service's.
  package static var folders: [String] {
    if let folder = HubSettings.variable("OLLAMA_MODELS") { return [Paths.expandingHome(folder)] }
    let own = HubSettings.variable("HOME").map { [$0 + "/.ollama/models"] } ?? []
    return own + ["/usr/share/ollama/.ollama/models"]
  }

  /// The GGUF file of a model; nil where it is not here.
  package static func path(of name: String) throws(FileError) -> String? {
    guard let parts = parts(of: name) else { return nil }
    for folder in folders {
      let manifest = folder + "/manifests/" + parts.joined(separator: "/")
      guard Paths.exists(manifest) else { continue }
      return try path(manifest, in: folder)
    }
    return nil
  }

  /// Host, owner, name and tag: the last stands behind a colon, the first two may be left out.
  private static func parts(of name: String) -> [String]? {
    guard name.hasPrefix(prefix) else { return nil }
    var rest = name.dropFirst(prefix.count)
    var tag = standardTag
    if let colon = rest.lastIndex(of: ":"), !rest[colon...].contains("/") {
      tag = String(rest[rest.index(after: colon)...])
      rest = rest[..<colon]
    }
    var parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count == 1 { parts.insert(standardOwner, at: 0) }
    if parts.count == 2 { parts.insert(standardHost, at: 0) }
    let path = parts.joined(separator: "/") + "/" + tag
    return parts.count == 3 && SafePath.isSound(path) ? parts + [tag] : nil
  }

  private static func path(_ manifest: String, in folder: String) throws(FileError) -> String {
    let layers = try JSONValue(file: manifest)["layers"]?.array ?? []
    func layer(_ type: String) -> JSONValue? { layers.first { $0["mediaType"]?.string == type } }
    if layer(adapterLayer) != nil {
      throw FileError(
        .unsupported, file: manifest,
        cause: "the model has an adapter of Ollama's on top of its base",
        fix: "load the base by its own name, and the adapter with `adapter:`")
    }
    guard let digest = layer(modelLayer)?["digest"]?.string, digest.hasPrefix("sha256:"),
      digest.utf8.count == 71, digest.utf8.dropFirst(7).allSatisfy(Commit.isDigit)
    else {
      throw FileError(
        .malformed, file: manifest, cause: "it names no layer of type \(modelLayer)",
        fix: "fetch the model again with `ollama pull`")
    }
    let blob = folder + "/blobs/sha256-" + digest.dropFirst(7)
    guard let size = Paths.size(of: blob), layer(modelLayer)?["size"]?.int ?? size == size else {
      throw FileError(
        .absent, file: blob, cause: "it is missing or not whole, and \(manifest) names it",
        fix: "fetch the model again with `ollama pull`")
    }
    return blob
  }

  /// What is here, as `load` takes it.
  package static var names: [String] {
    var names: [String] = []
    for folder in folders {
      for file in HubCache.files(below: folder + "/manifests") {
        var parts = file.split(separator: "/").map(String.init)
        guard parts.count == 4 else { continue }
        let tag = parts.removeLast()
        if parts[0] == standardHost { parts.removeFirst() }
        if parts.count == 2, parts[0] == standardOwner { parts.removeFirst() }
        names.append(prefix + parts.joined(separator: "/") + ":" + tag)
      }
    }
    return names
  }
}

/// Models that LM Studio has fetched, as PUBLISHER/NAME/FILE.gguf. In a recipe `lmstudio:PUBLISHER/NAME`, where
/// that has one model, or `lmstudio:PUBLISHER/NAME/FILE.gguf`.
package enum LMStudioStore {
  package static let prefix = "lmstudio:"

  package static var folders: [String] {
    guard let home = HubSettings.variable("HOME") else { return [] }
    return [home + "/.lmstudio/models", home + "/.cache/lm-studio/models"]
  }

  /// The file or folder of a model; nil where it is not here.
  package static func path(of name: String) throws(FileError) -> String? {
    guard name.hasPrefix(prefix) else { return nil }
    let rest = String(name.dropFirst(prefix.count))
    guard SafePath.isSound(rest) else { return nil }
    for folder in folders {
      let path = folder + "/" + rest
      guard Paths.isFolder(path) else {
        if Paths.exists(path) { return path }
        continue
      }
      if Paths.exists(path + "/config.json") { return path }
      let models = WantedFiles.models(among: HubCache.files(below: path, depth: 0))
      if models.count == 1 { return path + "/" + models[0] }
      guard !models.isEmpty else { continue }
      throw FileError(
        .missing, file: path,
        cause: "it has \(models.count) GGUF files, and which one is meant is not said",
        fix: "name one: " + models.map { name + "/" + $0 }.joined(separator: ", "))
    }
    return nil
  }

  /// What is here, as `load` takes it.
  package static var names: [String] {
    folders.flatMap { folder in
      let files = HubCache.files(below: folder, depth: 3)
      let whole = files.filter { Paths.name(of: $0) == "config.json" }.map(Paths.parent)
      return (WantedFiles.models(among: files) + whole).map { prefix + $0 }
    }
  }
}
