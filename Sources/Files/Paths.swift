import Glibc

/// What stands at a path, and the parts of one.
package enum Paths {
  package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  package static func isFolder(_ path: String) -> Bool {
    status(of: path, followsLink: true)?.isFolder == true
  }

  /// Bytes of a regular file; nil where there is none.
  package static func size(of path: String) -> Int? {
    guard let status = status(of: path, followsLink: true), status.isRegularFile else { return nil }
    return Int(status.st_size)
  }

  /// Bytes that may still be written into a folder that is there or, else, into the one above it.
  package static func room(in folder: String) -> Int? {
    var status = statvfs()
    var path = folder
    while unsafe statvfs(path, &status) != 0 {
      guard errno == ENOENT, path != "/", path != "." else { return nil }
      path = parent(of: path)
    }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  /// The names in a folder, hidden ones too, sorted; nil if it cannot be read.
  package static func names(in folder: String) -> [String]? {
    guard let directory = unsafe opendir(folder) else { return nil }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The folder that a path's last component stands in.
  package static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// A path's last component.
  package static func name(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) }
      ?? path
  }

  /// The folder that relative paths begin at; empty where it has been removed.
  package static var currentFolder: String {
    guard let path = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  /// Whether two paths lead to one file or folder; false where one leads nowhere.
  package static func areSame(_ first: String, _ second: String) -> Bool {
    guard let first = status(of: first, followsLink: true),
      let second = status(of: second, followsLink: true)
    else { return false }
    return first.isSame(as: second)
  }

  /// A path from the root, as it stands otherwise.
  package static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/"), !currentFolder.isEmpty else { return path }
    return (currentFolder == "/" ? "" : currentFolder) + "/" + path
  }

  /// `~/` at the start as the home folder.
  package static func expandingHome(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = unsafe getenv("HOME"), unsafe home.pointee != 0 else {
      return path
    }
    return unsafe String(cString: home) + path.dropFirst(1)
  }

  /// What stands at a path, a link followed or not; nil if nothing does.
  static func status(of path: String, followsLink: Bool) -> stat? {
    var status = stat()
    let result = unsafe followsLink ? stat(path, &status) : lstat(path, &status)
    return result == 0 ? status : nil
  }
}

extension stat {
  var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
  var isLink: Bool { st_mode & S_IFMT == S_IFLNK }
  /// Permissions, and the bits for set-user, set-group and sticky.
  var permissions: mode_t { st_mode & 0o7777 }

  func isSame(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
}
