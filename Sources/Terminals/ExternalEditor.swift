import CEditLine
import Glibc

/// The user's own editor, for texts that are easier to write there.
package enum ExternalEditor {
  /// Why there is no edited text.
  package struct Failure: Error, Equatable {
    /// One sentence.
    package let message: String
  }

  /// What VISUAL or EDITOR names, which may have arguments; nil if neither is set.
  package static var command: String? {
    for name in ["VISUAL", "EDITOR"] {
      guard let value = unsafe getenv(name) else { continue }
      let command = unsafe String(cString: value)
      if !command.allSatisfy(\.isWhitespace) { return command }
    }
    return nil
  }

  /// Opens a text in the editor and waits for its end. The editor has the terminal meanwhile, as the shell
  /// had it.
  ///
  /// - Returns: what was saved, without newlines at the end.
  package static func edit(
    _ text: String, suffix: String, command: String
  ) throws(Failure) -> String {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/skillet-XXXXXX\(suffix)".utf8CString)
    let file = unsafe mkstemps(&template, Int32(suffix.utf8.count))
    let path = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard file >= 0 else {
      throw Failure(message: "no file for the editor can be made in \(folder): \(systemReason())")
    }
    defer { unsafe unlink(path) }
    let output = TextOutput(descriptor: file)
    output.write(text.isEmpty ? "" : text + "\n")
    close(file)
    guard !output.isBroken else {
      throw Failure(message: "the file for the editor cannot be written: \(systemReason())")
    }
    let status = unsafe cedit_run_lending_terminal(command, path)
    guard status >= 0 else { throw Failure(message: "no editor can be started: \(systemReason())") }
    guard status == 0 else {
      throw Failure(message: "the editor `\(command)` ended with \(status), so nothing has changed")
    }
    guard let edited = contents(path) else {
      throw Failure(message: "what the editor saved cannot be read: \(systemReason())")
    }
    return String(edited.reversed().drop(while: \.isWhitespace).reversed())
  }

  private static func contents(_ path: String) -> String? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe read(file, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }

  private static func systemReason() -> String { unsafe String(cString: strerror(errno)) }
}
