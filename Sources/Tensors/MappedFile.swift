import Glibc

/// Why a file could not be mapped, and which.
package struct MappedFileError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Reason: Equatable, Sendable {
    case missing
    case isFolder
    /// A pipe, a socket or a device: it cannot be mapped.
    case notRegular
    case empty
    case noPermission
    /// The system's error number, for what has no case of its own.
    case system(Int32)
  }

  package let path: String
  package let reason: Reason

  package init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// What is wrong, as a clause without a full stop.
  package var cause: String {
    switch reason {
    case .missing: "there is no such file"
    case .isFolder: "this is a folder, not a file"
    case .notRegular: "this is not a regular file"
    case .empty: "the file is empty"
    case .noPermission: "you may not read this file"
    case .system(let number): "the system could not open it (\(String(cString: strerror(number))))"
    }
  }

  /// What to do, as a clause without a full stop.
  package var fix: String {
    switch reason {
    case .missing: "check the path"
    case .isFolder: "name a file in it"
    case .notRegular: "copy its contents into a file"
    case .empty: "write or download it again"
    case .noPermission: "change its permissions"
    case .system: "check the disk and the limits of the system"
    }
  }

  package var description: String { "\(path): \(cause); \(fix)" }
}

/// A whole file, mapped read-only until the last reference goes away.
///
/// Whatever points into `bytes` keeps the `MappedFile` as a stored property. A file that another
/// program shortens while it is mapped ends this process (SIGBUS); files that are replaced by
/// renaming, as ours are, keep their old contents here.
// SAFETY: every stored property is a `let` and the mapping is read-only, so no access can race.
package final class MappedFile: @unchecked Sendable {
  /// The path as it was given.
  package let path: String
  /// The contents; never empty.
  package let bytes: UnsafeRawBufferPointer

  package init(path: String) throws(MappedFileError) {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw MappedFileError(path: path, reason: Self.reason(errno))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw MappedFileError(path: path, reason: Self.reason(errno))
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw MappedFileError(path: path, reason: .isFolder)
    default: throw MappedFileError(path: path, reason: .notRegular)
    }
    let size = Int(status.st_size)
    guard size > 0 else { throw MappedFileError(path: path, reason: .empty) }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else { throw MappedFileError(path: path, reason: .system(errno)) }
    self.path = path
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  private static func reason(_ number: Int32) -> MappedFileError.Reason {
    switch number {
    case ENOENT, ENOTDIR: .missing
    case EACCES, EPERM: .noPermission
    default: .system(number)
    }
  }

  /// A copy of the contents. `bytes` alone does not keep the mapping alive.
  package func contents() -> [UInt8] {
    withExtendedLifetime(self) { Array(bytes) }
  }

  /// Tells the system that the contents are not needed for now, so that they stop counting as this
  /// process's memory; reading them later brings them back.
  package func releasePages() {
    madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
  }
}
