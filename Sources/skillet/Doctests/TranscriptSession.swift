import Glibc
import Notebooks
import Sessions
import Terminals

/// A session whose output is caught: what a prompt without a terminal would write to both streams.
final class TranscriptSession {
  private let notebook = Notebook()
  private let screen: Screen
  private let settings = OutputSettings()
  private let file: Int32
  private var shown = 0

  init(screen: Screen) {
    file = Self.temporaryFile()
    self.screen = screen.plain(columns: 80, to: TextOutput(descriptor: file))
    let printer = PeoplePrinter(screen: self.screen, settings: settings, echoes: false)
    notebook.onEvent = { printer.show($0) }
    notebook.interpreter.isCancelled = { Interruption.isRequested }
    notebook.session.isInterrupted = { Interruption.isRequested }
  }

  deinit { close(file) }

  /// Runs a cell, a `:` command or a `?` question, and gives the lines that it wrote.
  func output(of text: String) -> [String] {
    if let line = CellText.sessionCommand(in: text) {
      _ = SessionCommands(
        notebook: notebook, screen: screen, settings: settings,
        earlier: { EarlierSessions([], current: "") }
      ).perform(line)
    } else if let request = CellText.helpRequest(in: text) {
      _ = screen.showHelp(on: request.subject, isDeep: request.isDeep)
    } else {
      try? notebook.run(text)
    }
    return newLines()
  }

  private func newLines() -> [String] {
    let length = Int(lseek(file, 0, SEEK_END))
    var bytes = [UInt8](repeating: 0, count: max(0, length - shown))
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe pread(file, $0.baseAddress, $0.count, off_t(shown))
    }
    shown = length
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// A file without a name; -1, which swallows all output, if there can be none.
  private static func temporaryFile() -> Int32 {
    var template = Array("/tmp/skillet-doctest-XXXXXX".utf8CString)
    let file = unsafe mkstemp(&template)
    if file >= 0 { unsafe unlink(template) }
    return file
  }
}
