import ArgumentParser
import FoundationEssentials
import Notebooks
import Terminals

/// `skillet doctest FILE.md`: runs the sessions that stand in documents.
struct DoctestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctest",
    abstract: "Run the sessions in Markdown files and compare what they say.",
    discussion: """
      A fenced block with lines that begin with `skillet>` (or `skillet[3]>`) is a session; the blocks
      of a file belong together. Below each cell stands what it prints. A line that ends with (glob)
      is a pattern with * and ?; in one that ends with (num) numbers may differ in their last digit; a
      line of three dots stands for any lines.
      """)

  @ArgumentParser.Argument(help: "The Markdown files.")
  var files: [String]

  func run() throws {
    let screen = Screen(color: .auto)
    Interruption.install()
    var status = ExitStatus.good
    for file in files {
      guard let bytes = FileManager.default.contents(atPath: file) else {
        screen.notice("skillet: \(file) cannot be read; check the path", .error)
        throw ExitStatus.badInput
      }
      let cells = Transcript.cells(in: String(decoding: bytes, as: UTF8.self))
      let session = TranscriptSession(screen: screen)
      let failures = Interruption.job {
        cells.filter { cell in
          let output = session.output(of: cell.text)
          let isRight = Transcript.matches(output, cell.expected)
          if !isRight { show(cell, output, of: file, screen) }
          return !isRight
        }
      }
      let count = "\(cells.count - failures.count) of \(cells.count) cells say what is written"
      screen.notice("\(file): \(count)", failures.isEmpty ? .good : .error)
      if !failures.isEmpty { status = .failed }
    }
    throw status
  }

  private func show(
    _ cell: Transcript.Cell, _ output: [String], of file: String, _ screen: Screen
  ) {
    let lines = screen.streams.output
    lines.writeLine("\(file):\(cell.line): \(cell.text)")
    for line in cell.expected { lines.writeLine("  - " + line) }
    for line in output { lines.writeLine("  + " + line) }
  }
}
