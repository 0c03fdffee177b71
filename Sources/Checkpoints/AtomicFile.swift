import Glibc
import Synchronization

/// A file that appears whole under its name, or not at all: bytes go to a temporary name in the
/// same folder, are forced to the disk, and the name is changed at the end.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isCommitted = false

  private static let bufferSize = 1 << 20
  private static let counter = Atomic<Int>(0)

  /// Opens a temporary file beside `path`; the folder must exist.
  package init(path: String) throws(CheckpointError) {
    let number = Self.counter.add(1, ordering: .relaxed).newValue
    self.path = path
    temporaryPath = "\(path).\(getpid())-\(number).tmp"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.error(path, "cannot be written") }
    buffer.reserveCapacity(Self.bufferSize)
  }

  deinit {
    guard !isCommitted, descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporaryPath)
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count >= Self.bufferSize { return try write(bytes) }
    buffer.append(contentsOf: bytes)
  }

  package mutating func append(_ bytes: [UInt8]) throws(CheckpointError) {
    try bytes.withUnsafeBufferPointer { buffer throws(CheckpointError) in
      try append(UnsafeRawBufferPointer(buffer))
    }
  }

  /// Gives the file its name. Without this call nothing is left behind.
  package consuming func commit() throws(CheckpointError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw Self.error(path, "cannot be forced to the disk") }
    guard rename(temporaryPath, path) == 0 else { throw Self.error(path, "cannot be renamed to") }
    isCommitted = true
    close(descriptor)
    Self.syncFolder(of: path)
  }

  /// Writes all of `bytes` at once.
  package static func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
    var file = try AtomicFile(path: path)
    try file.append(bytes)
    try file.commit()
  }

  /// Writes all of `text` at once, in UTF-8.
  package static func write(_ text: String, to path: String) throws(CheckpointError) {
    try write(Array(text.utf8), to: path)
  }

  private mutating func flush() throws(CheckpointError) {
    let pending = buffer
    buffer.removeAll(keepingCapacity: true)
    try pending.withUnsafeBufferPointer { buffer throws(CheckpointError) in
      try write(UnsafeRawBufferPointer(buffer))
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = Glibc.write(descriptor, part.baseAddress, part.count)
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.error(path, "cannot be written") }
      rest = rest.dropFirst(written)
    }
  }

  /// So that the new name survives a power cut. A folder that cannot be opened or synced still
  /// holds the file, hence no error.
  private static func syncFolder(of path: String) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func error(_ path: String, _ what: String) -> CheckpointError {
    let number = errno
    return CheckpointError(
      .unwritable, file: path, cause: "the file \(what) (\(String(cString: strerror(number))))",
      fix: "check that the folder exists, that you may write in it and that the disk has room")
  }
}
