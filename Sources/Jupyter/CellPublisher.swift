import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions

/// Publishes what one cell tells while it runs, in the forms of a notebook.
final class CellPublisher {
  private let publish: (_ kind: String, _ content: JSONObject) -> Void
  /// The value that was given last: the cell's result if none follows.
  private var held: MediaBundle?
  private var hasStreamed = false
  private var progress: ProgressDisplay?
  /// Errors, which are told at the end.
  private(set) var errors: [Diagnostic] = []

  init(publish: @escaping (_ kind: String, _ content: JSONObject) -> Void) {
    self.publish = publish
  }

  func show(_ event: Event) {
    switch event {
    case .started:
      passOn()
      hasStreamed = false
    case .prose(let text): display(MediaBundle(prose: text))
    case .progress(let state): show(state)
    case .text(let text):
      hasStreamed = true
      stream(.text, text)
    case .notice(let text), .cutShort(let text?, _): stream(.notice, text + "\n")
    case .figure(let figure, _): if let bundle = MediaBundle(figure) { display(bundle) }
    case .finishedWork: progress = nil
    case .value(let event): hold(event)
    case .diagnostic(let diagnostic) where diagnostic.severity == .error:
      errors.append(diagnostic)
    case .diagnostic(let diagnostic):
      stream(.diagnostic, DiagnosticRenderer(isColored: false).render(diagnostic))
    case .cutShort(nil, _), .finished: break
    }
  }

  /// Ends the cell: its last value is its result.
  ///
  /// - Parameter number: the cell's.
  func finish(number: Int) {
    guard let result = held else { return }
    held = nil
    publish(
      "execute_result",
      ["data": .object(result.forms), "metadata": [:], "execution_count": .int(number)])
  }

  /// Text of no command, such as a page of help.
  func show(lines: [String]) { stream(.text, lines.map { $0 + "\n" }.joined()) }

  // MARK: Values

  private func hold(_ event: ValueEvent) {
    guard event.verb != ValueEvent.loopRow, !event.isPassedOver else { return }
    passOn()
    if hasStreamed { stream(.text, "\n") }
    held = MediaBundle(event.value, wasStreamed: hasStreamed)
  }

  /// Shows the value that is no result, since more follows.
  private func passOn() {
    guard let value = held else { return }
    held = nil
    display(value)
  }

  private func display(_ bundle: MediaBundle) {
    publish("display_data", ["data": .object(bundle.forms), "metadata": [:], "transient": [:]])
  }

  private func stream(_ stream: NotebookStream, _ text: String) {
    publish(
      "stream", ["name": .string(stream.name), "text": .string(VisibleText.escaped(text))])
  }

  // MARK: Work at hand

  /// A line that is drawn again in its place.
  private struct ProgressDisplay {
    let id = KernelMessage.newID()
    let start = ContinuousClock.now
    /// When it was drawn last; nil before.
    var drawn: ContinuousClock.Instant?
  }

  /// Work shorter than a second shows no line, and a line is drawn four times a second.
  private func show(_ state: Progress) {
    var display = progress ?? ProgressDisplay()
    defer { progress = display }
    let now = ContinuousClock.now
    let isLast = state.done == state.total
    if let drawn = display.drawn {
      guard isLast || now - drawn > .milliseconds(250) else { return }
    } else {
      // work that is announced before its first step takes long
      guard state.done == 0 || now - display.start > .seconds(1) else { return }
    }
    let bundle = MediaBundle(progress: state)
    publish(
      display.drawn == nil ? "display_data" : "update_display_data",
      [
        "data": .object(bundle.forms), "metadata": [:],
        "transient": ["display_id": .string(display.id)],
      ])
    display.drawn = now
  }
}
