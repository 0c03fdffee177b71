import CEditLine
import Glibc

/// Cells from a pipe, a file or a terminal without an editor: lines are put together until they make a
/// whole cell.
package final class PlainLineReader {
  /// Asked after every line whether the text so far is a whole cell.
  package var completeness: (String) -> InputState = { _ in .complete }
  /// Line on which the last cell began, from 1.
  package private(set) var firstLine = 1

  private let descriptor: Int32
  private let promptOutput: TextOutput?
  private var pending: [UInt8] = []
  private var consumed = 0
  private var nextLine = 1
  private var isAtEnd = false

  /// - Parameter promptOutput: where prompts go, for a terminal without an editor; nil shows none.
  package init(descriptor: Int32 = STDIN_FILENO, promptOutput: TextOutput? = nil) {
    self.descriptor = descriptor
    self.promptOutput = promptOutput
  }

  /// Reads one cell. Blank lines before it are skipped; a last cell that is incomplete is returned as
  /// it is, so that its error is shown.
  package func readLine(prompt: String = "") -> Reading {
    promptOutput?.write(prompt)
    var cell: String?
    while true {
      switch nextRawLine() {
      case .interrupted: return .interrupted
      case .endOfFile: return cell.map { .line($0) } ?? .endOfFile
      case .line(let line):
        guard let text = joined(cell, line) else { continue }
        cell = text
        guard completeness(text).continuationIndent != nil else { return .line(text) }
        promptOutput?.write(String(repeating: " ", count: prompt.count))
      }
    }
  }

  private func joined(_ cell: String?, _ line: String) -> String? {
    if let cell { return cell + "\n" + line }
    if line.allSatisfy(\.isWhitespace), promptOutput == nil { return nil }
    firstLine = nextLine - 1
    return line
  }

  private func nextRawLine() -> Reading {
    while true {
      if let newline = pending[consumed...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { consumed = newline + 1 }
        return .line(take(pending[consumed..<newline]))
      }
      if isAtEnd {
        guard consumed < pending.count else { return .endOfFile }
        defer { consumed = pending.count }
        return .line(take(pending[consumed...]))
      }
      if !fill() { return .interrupted }
    }
  }

  private func take(_ bytes: ArraySlice<UInt8>) -> String {
    nextLine += 1
    let line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
    return String(decoding: line, as: UTF8.self)
  }

  /// Reads more; false when Ctrl-C came instead. A read error counts as the end of the file.
  private func fill() -> Bool {
    pending.removeFirst(consumed)
    consumed = 0
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe chunk.withUnsafeMutableBytes {
      unsafe cedit_read_bytes(descriptor, $0.baseAddress, $0.count)
    }
    if count < 0, errno == EINTR { return false }
    if count <= 0 {
      isAtEnd = true
    } else {
      pending += chunk[..<count]
    }
    return true
  }
}
