import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// One object a line to standard output, and nothing else there.
final class JSONPrinter: EventPrinter {
  private let output: TextOutput
  /// The values of the run at hand, where a sweep makes several.
  private var sweep: JSONValue?

  init(screen: Screen) {
    output = screen.streams.output
  }

  private func write(_ value: JSONValue) {
    var value = value
    if let sweep, case .object(var object) = value {
      object["sweep"] = sweep
      value = .object(object)
    }
    output.writeJSON(value)
  }

  func show(_ event: Event) {
    switch event {
    case .started, .finished, .finishedWork: break
    // a training has told its losses step by step
    case .figure(let figure, let goesWithValue):
      if !goesWithValue { write(EventJSON.figure(figure)) }
    case .prose(let text): write(EventJSON.prose(text))
    case .notice(let text): write(EventJSON.notice(text))
    case .value(let event): write(EventJSON.value(event))
    case .diagnostic(let diagnostic): write(EventJSON.diagnostic(diagnostic))
    case .cutShort(let text, _): if let text { write(EventJSON.notice(text)) }
    // programs want the steps; that work begins is news for people only
    case .progress(let progress): if progress.done > 0 { write(EventJSON.progress(progress)) }
    case .text(let text): write(EventJSON.text(text))
    }
  }

  func showPlan(_ event: ValueEvent) { write(EventJSON.plan(event)) }

  func showGood(_ file: String) {}

  func begin(_ run: ParameterSweep.Run, number: Int, of count: Int) {
    sweep = JSONValue(.record(run.record))
  }

  func show(_ runs: RecipeLanguage.Table) {
    sweep = nil
    write(EventJSON.sweep(runs))
  }

  func show(_ picture: Figure) { write(EventJSON.figure(picture)) }

  func show(_ verdict: ExpectationVerdict) {
    write(
      EventJSON.expectation(
        file: verdict.file, line: verdict.line, subject: verdict.subject, old: verdict.old,
        new: verdict.new, decision: verdict.decision.rawValue, reason: verdict.reason))
  }

  func tell(_ text: String, _ role: TextStyle.Role) { write(EventJSON.notice(text)) }

  func finish(_ status: ExitStatus, seconds: Double) {
    write(EventJSON.done(isGood: status == .good, seconds: seconds))
  }
}
