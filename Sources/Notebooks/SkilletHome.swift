import Glibc

/// The folder of a user's own files: SKILLET_HOME, else `~/.skillet`.
package enum SkilletHome {
  /// The path of a file in it; nil where there is no home or the folder cannot be made.
  package static func path(_ name: String) -> String? {
    guard let folder = folder else { return nil }
    guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { return nil }
    return folder + "/" + name
  }

  private static var folder: String? {
    if let set = value("SKILLET_HOME") { return set }
    return value("HOME").map { $0 + "/.skillet" }
  }

  private static func value(_ name: String) -> String? {
    guard let text = unsafe getenv(name).map({ unsafe String(cString: $0) }), !text.isEmpty else {
      return nil
    }
    return text
  }
}
