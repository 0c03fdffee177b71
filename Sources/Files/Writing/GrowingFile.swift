import Glibc

/// A file that is written at its end, and stays as far as it came when its process ends.
package final class GrowingFile {
  private let descriptor: Int32
  private let path: String
  package private(set) var count: Int

  /// Opens a file behind the bytes that it has; makes it if it is missing.
  package init(_ path: String) throws(FileError) {
    let descriptor = WritingCalls.retrying {
      unsafe open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw WritingCalls.error(path, "cannot be written") }
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else {
      let error = WritingCalls.error(path, "cannot be written")
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.path = path
    count = end
  }

  deinit { close(descriptor) }

  package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try unsafe WritingCalls.write(bytes, to: descriptor, of: path)
    count += bytes.count
  }

  /// Throws away what it has.
  package func clear() throws(FileError) {
    guard WritingCalls.retrying({ ftruncate(descriptor, 0) }) == 0,
      lseek(descriptor, 0, SEEK_SET) == 0
    else { throw WritingCalls.error(path, "cannot be written") }
    count = 0
  }

  package func synchronize() throws(FileError) {
    try WritingCalls.synchronize(descriptor, of: path)
  }
}
