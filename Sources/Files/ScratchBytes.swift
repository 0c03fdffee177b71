import Glibc

/// Bytes that are written one after the other and read anywhere: in memory while they are few, beyond that in a file
/// without a name, which is gone when nobody holds it.
///
/// Copies share the file, so only one of them may append.
package struct ScratchBytes: Sendable {
  private var memory: [UInt8] = []
  private var file: ScratchFile?
  /// How many bytes are in the file; those in memory follow.
  private var filed = 0
  private let limit: Int

  /// How many bytes wait for the file once there is one.
  private static let block = 4 << 20

  /// - Parameter limit: how many bytes are kept in memory.
  package init(limit: Int) { self.limit = limit }

  package var count: Int { filed + memory.count }
  /// The folder that the file is in; nil where there is none.
  package var folder: String? { file?.folder }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    // Before they grow past it, which would take twice the room.
    if memory.count + bytes.count > (file == nil ? limit : Self.block) { try moveToFile() }
    unsafe memory.append(contentsOf: bytes)
  }

  private mutating func moveToFile() throws(FileError) {
    let isFirst = file == nil
    let file = if let file { file } else { try ScratchFile() }
    self.file = file
    try unsafe memory.withUnsafeBufferPointer { bytes throws(FileError) in
      try unsafe file.append(UnsafeRawBufferPointer(bytes))
    }
    filed += memory.count
    // What was kept in memory first is more than a block.
    memory.removeAll(keepingCapacity: !isFirst)
    memory.reserveCapacity(Self.block)
  }

  /// The bytes from `start` on, which were appended together.
  package func bytes(_ count: Int, from start: Int) -> [UInt8] {
    precondition(start + count <= self.count, "\(count) bytes from \(start) of \(self.count)")
    guard start < filed, let file else {
      return Array(memory[(start - filed)..<(start - filed + count)])
    }
    return file.bytes(count, from: start)
  }
}

/// A file that no folder shows.
private final class ScratchFile: Sendable {
  private let descriptor: Int32
  let folder: String

  /// Makes it in the folder that `TMPDIR` names, else in `/var/tmp`, which is on a disk where `/tmp` may be
  /// memory.
  init() throws(FileError) {
    folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/var/tmp"
    let path = folder + "/" + TemporaryName(of: "tokens").fresh()
    descriptor = WritingCalls.retrying {
      unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    guard descriptor >= 0 else { throw Self.error(folder) }
    unsafe unlink(path)
  }

  deinit { close(descriptor) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    do throws(FileError) {
      try unsafe WritingCalls.write(bytes, to: descriptor, of: folder)
    } catch {
      throw Self.error(folder)
    }
  }

  /// A disk that does not give back what was written to it leaves nothing to go on with.
  func bytes(_ count: Int, from start: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let read = unsafe pread(
          descriptor, buffer.baseAddress.map { unsafe $0 + filled }, count - filled, start + filled)
        if read < 0, errno == EINTR { continue }
        precondition(
          read > 0, "\(count) bytes from \(start) of a temporary file cannot be read (\(errno))")
        filled += read
      }
    }
  }

  private static func error(_ folder: String) -> FileError {
    let number = errno
    return FileError(
      .unwritable, file: folder,
      cause: unsafe "no temporary file can be written there (\(String(cString: strerror(number))))",
      fix: "set TMPDIR to a folder on a disk that has room")
  }
}
