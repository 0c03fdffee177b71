import Glibc

/// The folder of a user's own files: SKILLET_HOME, else `~/.skillet`.
package enum SkilletHome {
  /// The path of a file in it; nil where there is no home or the folder cannot be made.
  package static func path(_ name: String) -> String? {
    guard let folder = folder else { return nil }
    guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { return nil }
    return folder + "/" + name
  }

  /// Why nothing is kept from one session to the next, as a clause; nil where the folder is there.
  package static var absence: String? {
    guard let folder else { return "neither SKILLET_HOME nor HOME names a folder" }
    guard path("") == nil else { return nil }
    return unsafe "\(folder) cannot be made: \(String(cString: strerror(errno)).lowercased())"
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
