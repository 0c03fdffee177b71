import Glibc

/// Calls of the system that writing needs, with their failures as errors.
enum WritingCalls {
  /// Calls again as long as a signal interrupts the call.
  static func retrying(_ call: () -> Int32) -> Int32 {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }

  static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, of path: String
  ) throws(CheckpointError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = Glibc.write(descriptor, part.baseAddress, part.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw error(path, "cannot be written") }
      rest = rest.dropFirst(written)
    }
  }

  static func synchronize(_ descriptor: Int32, of path: String) throws(CheckpointError) {
    guard retrying({ fsync(descriptor) }) == 0 else {
      throw error(path, "cannot be forced to the disk")
    }
  }

  /// Forces the names in a folder to the disk, so that they survive a power cut. File systems that
  /// know no such thing say so, which is no failure.
  static func synchronize(folder path: String) throws(CheckpointError) {
    let descriptor = retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    // a folder that may be written but not listed
    if descriptor < 0, errno == EACCES { return }
    guard descriptor >= 0 else { throw error(path, "cannot be opened") }
    defer { close(descriptor) }
    if retrying({ fsync(descriptor) }) == 0 || [EINVAL, ENOTSUP, EROFS].contains(errno) { return }
    throw error(path, "cannot be forced to the disk")
  }

  /// Takes the lock that says a process is still at work on this; false if another one has it. Where
  /// there are no locks, nobody has it.
  static func lock(_ descriptor: Int32) -> Bool {
    retrying { flock(descriptor, LOCK_EX | LOCK_NB) } == 0 || errno != EWOULDBLOCK
  }

  /// The error of the last call.
  static func error(_ path: String, _ what: String) -> CheckpointError {
    let number = errno
    return CheckpointError(
      .unwritable, file: path, cause: "it \(what) (\(String(cString: strerror(number))))",
      fix: "check that the folder exists, that you may write in it and that the disk has room")
  }

  /// The folder that a path's last component stands in.
  static func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) }
      ?? path
  }

  /// The names in a folder, sorted; nil if it cannot be read.
  static func names(in folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// What stands at a path, a link followed or not; nil if nothing does.
  static func status(of path: String, followsLink: Bool) -> stat? {
    var status = stat()
    let result = followsLink ? stat(path, &status) : lstat(path, &status)
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
