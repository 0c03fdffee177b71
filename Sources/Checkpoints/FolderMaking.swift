import Glibc

/// Making folders for what is written.
package enum FolderMaking {
  /// Makes `path` and the folders above it where they are missing.
  package static func make(_ path: String) throws(CheckpointError) {
    var current = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      current += (current.isEmpty || current.hasSuffix("/") ? "" : "/") + part
      if mkdir(current, 0o755) == 0 { continue }
      let number = errno
      var status = stat()
      if stat(current, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { continue }
      let reason = number == EEXIST ? "a file has this name" : String(cString: strerror(number))
      throw CheckpointError(
        .unwritable, file: path, cause: "the folder \(current) cannot be made (\(reason))",
        fix: "choose another folder, or check its permissions")
    }
  }
}
