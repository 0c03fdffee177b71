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
  ) throws(FileError) {
    var rest = unsafe bytes[...]
    while unsafe !rest.isEmpty {
      let part = unsafe UnsafeRawBufferPointer(rebasing: rest)
      let written = unsafe Glibc.write(descriptor, part.baseAddress, part.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw error(path, "cannot be written") }
      unsafe rest = rest.dropFirst(written)
    }
  }

  static func synchronize(_ descriptor: Int32, of path: String) throws(FileError) {
    guard retrying({ fsync(descriptor) }) == 0 else {
      throw error(path, "cannot be forced to the disk")
    }
  }

  /// Forces the names in a folder to the disk, so that they survive a power cut. File systems that
  /// know no such thing say so, which is no failure.
  static func synchronize(folder path: String) throws(FileError) {
    let descriptor = retrying { unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
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
  static func error(_ path: String, _ what: String) -> FileError {
    let number = errno
    return FileError(
      .unwritable, file: path, cause: unsafe "it \(what) (\(String(cString: strerror(number))))",
      fix: "check that the folder exists, that you may write in it and that the disk has room")
  }
}
