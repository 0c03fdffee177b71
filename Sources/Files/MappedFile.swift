import Glibc

/// A whole file, mapped read-only until the last reference goes away.
///
/// Whatever points into `bytes` keeps the `MappedFile` as a stored property. A file that another
/// program shortens while it is mapped ends this process (SIGBUS); files that are replaced by
/// renaming, as ours are, keep their old contents here.
// SAFETY: every stored property is a `let` and the mapping is read-only, so no access can race.
@safe package final class MappedFile: @unchecked Sendable {
  /// The path as it was given.
  package let path: String
  /// The contents; never empty.
  package let bytes: UnsafeRawBufferPointer
  /// - Throws: a `FileError` that tells what is there instead of a regular file with contents.
  package init(path: String) throws(FileError) {
    let (descriptor, status) = try Self.opened(path)
    defer { close(descriptor) }
    let size = Int(status.st_size)
    guard let start = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0),
      unsafe start != MAP_FAILED
    else { throw Self.failure(path, errno) }
    self.path = path
    unsafe bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  /// A descriptor of a regular file with contents, which the caller closes, and what the system says of it.
  static func opened(_ path: String) throws(FileError) -> (descriptor: Int32, status: stat) {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(path, errno) }
    var status = stat()
    do throws(FileError) {
      guard unsafe fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
      try check(status, path)
    } catch {
      close(descriptor)
      throw error
    }
    return (descriptor, status)
  }

  deinit {
    unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  private static func check(_ status: stat, _ path: String) throws(FileError) {
    if status.isFolder {
      throw FileError(
        .isFolder, file: path, cause: "this is a folder, not a file", fix: "name a file in it")
    }
    guard status.isRegularFile else {
      throw FileError(
        .notRegular, file: path, cause: "this is not a regular file",
        fix: "copy its contents into a file")
    }
    guard status.st_size > 0 else {
      throw FileError(
        .empty, file: path, cause: "the file is empty", fix: "write or download it again")
    }
  }

  private static func failure(_ path: String, _ number: Int32) -> FileError {
    switch number {
    case ENOENT, ENOTDIR:
      FileError(.missing, file: path, cause: "there is no such file", fix: "check the path")
    case EACCES, EPERM:
      FileError(
        .unreadable, file: path, cause: "you may not read this file", fix: "change its permissions")
    default:
      FileError(
        .unreadable, file: path,
        cause: unsafe "the system could not open it (\(String(cString: strerror(number))))",
        fix: "check the disk and the limits of the system")
    }
  }

  /// The bytes of a regular file; of nothing else, as a pipe could keep its reader waiting for ever.
  package static func contents(of path: String) throws(FileError) -> [UInt8] {
    try MappedFile(path: path).contents()
  }

  /// A copy of the contents. `bytes` alone does not keep the mapping alive.
  package func contents() -> [UInt8] {
    withExtendedLifetime(self) { unsafe Array(bytes) }
  }

  /// Tells the system that the contents are not needed for now, so that they stop counting as this
  /// process's memory; reading them later brings them back.
  package func releasePages() {
    unsafe madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
  }
}
