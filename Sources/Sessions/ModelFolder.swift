import Checkpoints

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
    let expanded = expandingHome(source)
    if exists(expanded) { return expanded }
    return source.contains("/") ? nil : inFolders(source)
  }

  /// Aliases, and model files in the folders: what `load` could mean.
  package static var available: [String] {
    var names = aliases.keys.filter { path(of: $0) != nil }
    for folder in folders {
      for name in contents(of: folder) where name.hasSuffix(".gguf") && !GGUFParts.isLaterPart(name)
      {
        if !aliases.values.contains(name), !names.contains(name) { names.append(name) }
      }
    }
    return names.sorted()
  }

  private static func inFolders(_ file: String) -> String? {
    folders.map { $0 + "/" + file }.first(where: exists)
  }

  /// `~/` at the start as the home folder.
  package static func expandingHome(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = environment("HOME") else { return path }
    return home + path.dropFirst(1)
  }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Names in a folder, without hidden ones, sorted; empty if it cannot be read.
  package static func contents(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}
