import Files
import Glibc

/// Standard input as a whole.
enum StandardInput {
  /// nil if there are more than `limit` bytes.
  static func bytes(upTo limit: Int) throws(FileError) -> [UInt8]? {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw FileError(
          .unreadable, file: "<stdin>",
          cause: unsafe "standard input cannot be read (\(String(cString: strerror(errno))))",
          fix: "give it a file or a pipe")
      }
      guard count > 0 else { return result }
      result += buffer[..<count]
      if result.count > limit { return nil }
    }
  }
}
