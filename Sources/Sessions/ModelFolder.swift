import Checkpoints
import Files
import Glibc

/// Where models are found: an alias or a file name is looked for in SKILLET_MODELS, in `models` of the
/// current folder and in `~/.skillet/models`; anything else is a path.
package enum ModelFolder {
  /// Short names of models that set-up fetches.
  package static let aliases = ["smollm2": "SmolLM2-135M-Instruct.Q4_1.gguf"]

  package static var folders: [String] {
    var result: [String] = []
    if let folder = environment("SKILLET_MODELS") { result.append(folder) }
    result.append("models")
    if let home = environment("HOME") { result.append(home + "/.skillet/models") }
    return result
  }

  /// The path that `source` stands for, or nil if there is none.
  package static func path(of source: String) -> String? {
    if let file = aliases[source] { return inFolders(file) }
    let expanded = Paths.expandingHome(source)
    if Paths.exists(expanded) { return expanded }
    return source.contains("/") ? nil : inFolders(source)
  }

  /// Aliases, and model files in the folders: what `load` could mean.
  package static var available: [String] {
    var names = aliases.keys.filter { path(of: $0) != nil }
    for folder in folders {
      for name in Paths.names(in: folder) ?? []
      where isModelFile(name) && !name.hasPrefix(".") {
        if !aliases.values.contains(name), !names.contains(name) { names.append(name) }
      }
    }
    return names.sorted()
  }

  /// Whether `load` takes a file of this name: of a model in several files only the first.
  package static func isModelFile(_ name: String) -> Bool {
    name.hasSuffix(".gguf") && !GGUFParts.isLaterPart(name)
  }

  private static func inFolders(_ file: String) -> String? {
    folders.map { $0 + "/" + file }.first(where: Paths.exists)
  }

  private static func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
