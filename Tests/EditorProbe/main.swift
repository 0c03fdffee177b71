import Diagnostics
import Glibc
import Terminals

/// The editor with a toy language, for tests on a pseudo-terminal: a cell is whole when its square
/// brackets are closed, and is answered with the line `got: …`.
func state(of text: String) -> InputState {
  let depth = text.reduce(0) { $0 + ($1 == "[" ? 1 : $1 == "]" ? -1 : 0) }
  return depth > 0 ? .incomplete(indent: 2 * depth) : depth < 0 ? .invalid : .complete
}

let words = [
  ("rank: ", "columns of the two thin matrices"), ("rslora: ", "scale by the root of the rank"),
  ("targets: ", "layers that get an adapter"), ("日本語 ", ""),
]

func completions(of text: String, cursor: Int) -> [CompletionItem] {
  let before = String(decoding: text.utf8.prefix(cursor), as: UTF8.self)
  let word = before.split(omittingEmptySubsequences: false) { " [\n".contains($0) }.last ?? ""
  return words.filter { $0.0.hasPrefix(word) }.map {
    CompletionItem(
      insert: $0.0, display: $0.0, description: $0.1,
      replaceRange: cursor - word.utf8.count..<cursor)
  }
}

let streams = OutputStreams.standard()
Interruption.install()
let style = CommandLine.arguments.contains("--color") ? TextStyle.colored : .plain
guard
  let editor = LineEditor(
    promptName: "probe", history: ["first", "block [\n  a\n  b\n]"], style: style)
else {
  streams.error.writeLine("no editor")
  exit(64)
}
editor.completeness = state(of:)
editor.completions = completions(of:cursor:)

/// Runs until Ctrl-C was pressed often enough, as a training loop would.
func runJob(until last: Interruption.Level, notices: TextOutput) -> Interruption.Level {
  Interruption.job {
    var seen = Interruption.Level.none
    notices.writeLine("job runs")
    while seen < last {
      usleep(1_000)
      if Interruption.level > seen {
        seen = Interruption.level
        notices.writeLine("job sees \(seen)")
      }
    }
    return seen
  }
}

/// Waits until something was typed that no prompt has read yet.
func waitForTyping() -> Bool {
  var file = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
  return poll(&file, 1, 10_000) == 1
}

var cell = 1
var initial: String?
reading: while true {
  switch editor.readLine(prompt: "probe[\(cell)]> ", initial: initial) {
  case .interrupted:
    if let signal = Interruption.endingSignal { exit(128 + signal) }
    initial = nil
  case .endOfFile: break reading
  case .line("job"):
    streams.output.writeLine("job: \(runJob(until: .stop, notices: streams.error))")
  case .line("wait for typing"):
    streams.output.writeLine("typed ahead: \(waitForTyping())")
  case .line("deaf job"):
    streams.output.writeLine("job: \(runJob(until: .abort, notices: streams.error))")
  case .line("edit"): initial = "again [\n  x\n]"
  case .line("abort"): abort()
  case .line(let text):
    initial = nil
    editor.remember(text)
    streams.output.writeLine("got: \(text.debugDescription)")
    cell += 1
  }
}
streams.output.writeLine("bye")
