import Glibc

/// Making folders for what is written.
package enum FolderMaking {
  /// Makes `path` and the folders above it where they are missing.
  ///
  /// - Returns: those that were made, the outermost first.
  @discardableResult
  package static func make(_ path: String) throws(FileError) -> [String] {
    var made: [String] = []
    var current = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      current += (current.isEmpty || current.hasSuffix("/") ? "" : "/") + part
      if Paths.isFolder(current) { continue }
      if unsafe mkdir(current, 0o755) == 0 {
        made.append(current)
        continue
      }
      let number = errno
      if Paths.isFolder(current) { continue }
      unmake(made)
      let reason =
        unsafe number == EEXIST ? "a file has this name" : String(cString: strerror(number))
      throw FileError(
        .unwritable, file: path, cause: "the folder \(current) cannot be made (\(reason))",
        fix: "choose another folder, or check its permissions")
    }
    return made
  }

  /// Removes folders that were made for nothing, as far as they are empty.
  static func unmake(_ made: [String]) {
    for folder in made.reversed() { unsafe rmdir(folder) }
  }
}
