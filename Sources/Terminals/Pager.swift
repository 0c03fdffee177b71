import CEditLine
import Glibc

/// A program that shows what is longer than the screen.
package enum Pager {
  /// What SKILLET_PAGER or PAGER names, which may have arguments, else less where that is installed; nil
  /// where the first that is set is empty.
  package static var command: String? {
    for name in ["SKILLET_PAGER", "PAGER"] {
      guard let value = unsafe getenv(name) else { continue }
      let command = unsafe String(cString: value)
      return command.allSatisfy(\.isWhitespace) ? nil : command
    }
    return isInstalled("less") ? "less" : nil
  }

  private static func isInstalled(_ name: String) -> Bool {
    let folders = unsafe getenv("PATH").map { unsafe String(cString: $0) } ?? ""
    return folders.split(separator: ":").contains { unsafe access("\($0)/\(name)", X_OK) == 0 }
  }

  /// Shows lines in the pager, which has the terminal meanwhile.
  ///
  /// - Returns: false if it could not be started, so that nobody has seen the lines.
  package static func show(_ lines: [String], with command: String) -> Bool {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/skillet-XXXXXX".utf8CString)
    let file = unsafe mkstemp(&template)
    guard file >= 0 else { return false }
    let path = String(
      decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unsafe unlink(path) }
    let output = TextOutput(descriptor: file)
    output.write(lines.map { $0 + "\n" }.joined())
    close(file)
    guard !output.isBroken else { return false }
    // colours as they are, no screen of its own, and no wait where all fits
    unsafe setenv("LESS", "FRX", 0)
    // as its input, since the name of a file that goes again tells nobody anything
    let status = unsafe cedit_run_lending_terminal(command + " <", path)
    return status >= 0 && !notStarted.contains(status)
  }

  /// What a shell ends with for a command that it cannot run or find.
  private static let notStarted: Set<Int32> = [126, 127]
}
