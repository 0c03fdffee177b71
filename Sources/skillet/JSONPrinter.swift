import Checkpoints
import Diagnostics
import Notebooks
import Terminals

/// One object a line to standard output, and nothing else there.
final class JSONPrinter: EventPrinter {
  private let output: TextOutput

  init(screen: Screen) {
    output = screen.streams.output
  }

  private func write(_ value: JSONValue) {
    output.writeLine(value.text(.compact, sortedKeys: false))
  }

  func show(_ event: InterpreterEvent) {
    switch event {
    case .started, .finished: break
    case .prose(let text): write(EventJSON.prose(text))
    case .notice(let text): write(EventJSON.notice(text))
    case .value(let event): write(EventJSON.value(event))
    case .diagnostic(let diagnostic): write(EventJSON.diagnostic(diagnostic))
    }
  }

  func show(_ event: SessionEvent) {
    switch event {
    // programs want the steps; that work begins is news for people only
    case .progress(let progress): if progress.done > 0 { write(EventJSON.progress(progress)) }
    case .text(let text): write(EventJSON.text(text))
    case .notice(let text): write(EventJSON.notice(text))
    case .curve, .finishedWork, .cutShort: break
    }
  }

  func showGood(_ file: String) {}

  func finish(isGood: Bool, seconds: Double) {
    write(EventJSON.done(isGood: isGood, seconds: seconds))
  }
}
