import Glibc
import Synchronization

/// What has become of standard output: results that nobody gets are a failure of the whole process.
package enum StandardOutput {
  private static let number = Atomic<Int32>(0)

  /// The system's number of the first error; nil while all went well.
  package static var error: Int32? {
    let number = number.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  static func fail(_ error: Int32) {
    _ = number.compareExchange(expected: 0, desired: error, ordering: .relaxed)
  }

  /// Whether writing has failed or would fail, since the reader of the pipe or the terminal is gone. Work
  /// that says nothing for long learns it here.
  package static var isLost: Bool {
    if error != nil { return true }
    var file = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    guard unsafe poll(&file, 1, 0) == 1, file.revents & Int16(POLLERR | POLLHUP) != 0 else {
      return false
    }
    fail(isatty(STDOUT_FILENO) == 1 ? EIO : EPIPE)
    return true
  }

  /// Gives each standard stream that the process was started without a file on which reading and writing
  /// fail, before another file gets its number. To be called first.
  package static func openMissingStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }
}
