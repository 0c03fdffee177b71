import Checkpoints
import Files
import Hubs

/// Where models are found: an alias or a file name is looked for in SKILLET_MODELS, in `models` of the
/// current folder and in `~/.skillet/models`; `ollama:`, `lmstudio:` and `hf:` in the folders of those
/// programs; anything else is a path or, if there is none, a name of the hub.
package enum ModelFolder {
  /// Short names of models that set-up fetches.
  package static let aliases = ["smollm2": "SmolLM2-135M-Instruct.Q4_1.gguf"]

  /// Which file such a name means and where it is looked for, and how it comes there; nil for other names.
  package static func advice(on name: String) -> (facts: String, fix: String)? {
    aliases[name].map { file in
      (
        "\(name) is the file \(file); it is looked for in \(folders.joined(separator: ", "))",
        "fetch it with `make model`, or set SKILLET_MODELS to the folder that has it"
      )
    }
  }

  package static var folders: [String] {
    var result: [String] = []
    if let folder = HubSettings.variable("SKILLET_MODELS") { result.append(folder) }
    result.append("models")
    if let home = HubSettings.variable("HOME") { result.append(home + "/.skillet/models") }
    return result
  }

  /// Whether a text names a model in another way than by its path: by an alias, as a file of the folders
  /// above, or as one of the hub and of other programs.
  package static func isName(_ source: String) -> Bool {
    if aliases[source] != nil || !source.contains("/") { return true }
    return !isModelFile(source)
      && (source.hasPrefix(OllamaStore.prefix) || source.hasPrefix(LMStudioStore.prefix)
        || HubReference(source) != nil)
  }

  /// The path that `source` stands for, or nil if there is none on this computer.
  package static func path(of source: String) -> String? { (try? found(source)) ?? nil }

  /// The same, with what is wrong where something of that name is here and cannot be taken.
  static func found(_ source: String) throws(FileError) -> String? {
    if let file = aliases[source] { return inFolders(file) }
    let expanded = Paths.expandingHome(source)
    if Paths.exists(expanded) { return expanded }
    if source.hasPrefix(OllamaStore.prefix) { return try OllamaStore.path(of: source) }
    if source.hasPrefix(LMStudioStore.prefix) { return try LMStudioStore.path(of: source) }
    if let reference = HubReference(source) { return HubCache.own?.path(of: reference) }
    return source.contains("/") ? nil : inFolders(source)
  }

  /// Aliases, model files in the folders and what other programs have fetched: what `load` could mean.
  package static var available: [String] {
    var names = aliases.keys.filter { path(of: $0) != nil }
    for folder in folders {
      for name in Paths.names(in: folder) ?? []
      where isModelFile(name) && !name.hasPrefix(".") {
        if !aliases.values.contains(name), !names.contains(name) { names.append(name) }
      }
    }
    names += HubCache.own?.names ?? []
    return names.sorted() + (OllamaStore.names + LMStudioStore.names).sorted()
  }

  /// Whether `load` takes a file of this name: of a model in several files only the first.
  package static func isModelFile(_ name: String) -> Bool {
    name.hasSuffix(".gguf") && !GGUFParts.isLaterPart(name)
  }

  private static func inFolders(_ file: String) -> String? {
    folders.map { $0 + "/" + file }.first(where: Paths.exists)
  }
}
