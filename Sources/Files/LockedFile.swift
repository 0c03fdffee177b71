import Glibc

/// A file that a process holds locked for as long as it lives; the system drops the lock with the
/// process, however that ends.
package final class LockedFile: Sendable {
  private let descriptor: Int32
  package let path: String

  /// Makes the file if it is missing; nil if another process holds it, or it cannot be made.
  package init?(_ path: String) {
    let descriptor = WritingCalls.retrying {
      unsafe open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    }
    guard descriptor >= 0 else { return nil }
    guard WritingCalls.lock(descriptor) else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    self.path = path
  }

  /// Removes the file; whoever opens its path from now on gets another one.
  package func remove() { unsafe unlink(path) }

  deinit { close(descriptor) }
}
