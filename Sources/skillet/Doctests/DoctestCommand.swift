import ArgumentParser
import Diagnostics
import Files
import Notebooks
import Sessions
import Terminals

/// `skillet doctest FILE.md`: runs the sessions that stand in documents.
struct DoctestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctest",
    abstract: "Run the sessions in Markdown files and compare what they say.",
    discussion: """
      A fenced block with lines that begin with `skillet>` (or `skillet[3]>`) is a session; the blocks \
      of a file belong together. Below each cell stands what it prints. A line that ends with (glob) \
      is a pattern with * and ?; in one that ends with (num) numbers may differ in their last digit; a \
      line of three dots stands for any lines.
      """)

  @ArgumentParser.Argument(help: "The Markdown files.")
  var files: [String]

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let runner = RecipeRunner(printer: options.printer(on: screen, echoes: false))
    let start = runner.clock.now
    Interruption.install()
    var status = ExitStatus.good
    for file in files {
      guard let bytes = try? MappedFile.contents(of: file) else {
        runner.printer.tell("skillet: \(file) cannot be read; check the path", .error)
        status = .badInput
        continue
      }
      let cells = Transcript.cells(in: String(decoding: bytes, as: UTF8.self))
      let session = TranscriptSession(screen: screen)
      let failures = Interruption.job {
        cells.count { !isRight($0, session.output(of: $0.text), of: file, screen.streams.output) }
      }
      let count = "\(cells.count - failures) of \(cells.count) cells say what is written"
      runner.printer.tell("\(file): \(count)", failures == 0 ? .good : .error)
      if failures > 0, status == .good { status = .failed }
    }
    throw runner.finish(status, since: start)
  }

  /// Compares, and shows a cell that says something else; to programs every cell.
  private func isRight(
    _ cell: Transcript.Cell, _ lines: [String], of file: String, _ output: TextOutput
  ) -> Bool {
    let isRight = Transcript.matches(lines, cell.expected)
    if options.json {
      output.writeJSON([
        "event": "cell", "file": .string(file), "line": .int(cell.line),
        "text": .string(cell.text), "ok": .bool(isRight),
        "expected": .array(cell.expected.map { .string($0) }),
        "actual": .array(lines.map { .string($0) }),
      ])
    } else if !isRight {
      output.writeLine("\(file):\(cell.line): \(cell.text)")
      for line in cell.expected { output.writeLine("  - " + line) }
      for line in lines { output.writeLine("  + " + line) }
    }
    return isRight
  }
}
