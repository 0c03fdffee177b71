import Glibc

/// A line at the end of a file that others may write at the same time.
package enum AppendedLine {
  /// Adds a line in one call, whole or not at all; the file is made if it is missing.
  ///
  /// - Parameters:
  ///   - line: without its newline.
  ///   - permissions: those of a file that is made.
  package static func append(
    _ line: String, to path: String, permissions: mode_t = 0o644
  ) throws(FileError) {
    let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC
    let descriptor = WritingCalls.retrying { unsafe open(path, flags, permissions) }
    guard descriptor >= 0 else { throw WritingCalls.error(path, "cannot be written") }
    defer { close(descriptor) }
    // the lock is for taking half a line back, and held no longer than the call
    _ = WritingCalls.retrying { flock(descriptor, LOCK_EX) }
    let end = lseek(descriptor, 0, SEEK_END)
    var last = UInt8(ascii: "\n")
    if end > 0 { unsafe pread(descriptor, &last, 1, end - 1) }
    let bytes = Array(((last == UInt8(ascii: "\n") ? "" : "\n") + line + "\n").utf8)
    do throws(FileError) {
      try unsafe bytes.withUnsafeBufferPointer { buffer throws(FileError) in
        try unsafe WritingCalls.write(UnsafeRawBufferPointer(buffer), to: descriptor, of: path)
      }
    } catch {
      if end >= 0 { ftruncate(descriptor, end) }
      throw error
    }
  }
}
