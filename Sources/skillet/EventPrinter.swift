import Diagnostics
import Notebooks
import RecipeLanguage
import Terminals

/// Shows what a session tells: to people, or as JSON lines.
protocol EventPrinter: AnyObject {
  func show(_ event: InterpreterEvent)
  func show(_ event: SessionEvent)
  /// A recipe was checked, and nothing is wrong with it.
  func showGood(_ file: String)
  func finish(isGood: Bool, seconds: Double)
}

/// Results to standard output, progress, notices and errors to standard error.
final class PeoplePrinter: EventPrinter {
  private let screen: Screen
  /// Whether statements are shown before their results, as a recipe that runs does.
  private let echoes: Bool
  private var progress: ProgressLine?
  private var source = ""
  private var hasStreamed = false
  private var hasStarted = false

  init(screen: Screen, echoes: Bool) {
    self.screen = screen
    self.echoes = echoes
  }

  private var output: TextOutput { screen.streams.output }
  private var error: TextOutput { screen.streams.error }

  func show(_ event: InterpreterEvent) {
    clearProgress()
    switch event {
    case .started(_, _, let text):
      source = text.split(separator: "\n").first.map(String.init) ?? text
      if text.contains("\n") { source += " …" }
      hasStreamed = false
      hasStarted = true
    case .prose(let text):
      if echoes { showProse(text) }
    case .value(let event): show(event)
    case .diagnostic(let diagnostic):
      error.write(
        DiagnosticRenderer(isColored: screen.errorStyle.isEnabled).render(diagnostic))
    case .finished: break
    }
  }

  private func showProse(_ text: String) {
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.drop { $0 == "#" || $0 == " " }
      let isHeading = line.hasPrefix("#")
      if isHeading { output.writeLine() }
      for part in WrappedText.lines(String(content), columns: screen.columns) {
        output.writeLine(screen.style(isHeading ? .heading : .note, part))
      }
    }
  }

  private func show(_ event: ValueEvent) {
    if event.verb == "run" { return showRow(event) }
    guard !event.isSilent else {
      if echoes { output.writeLine(screen.style(.dim, source)) }
      return
    }
    let view = ValueView(screen: screen)
    if hasStreamed, case .record(let record) = event.value {
      output.writeLine(screen.style(.dim, view.figures(of: record, without: ["text"])))
    } else {
      let lines = view.lines(of: event.value, title: event.verb == nil && !echoes ? nil : source)
      for line in lines { output.writeLine(line) }
    }
  }

  /// One combination of a loop is done.
  private func showRow(_ event: ValueEvent) {
    guard case .record(let record) = event.value else { return }
    let figures = ValueView(screen: screen).figures(of: record, without: [])
    error.writeLine(screen.errorStyle(.dim, "\(event.name ?? "run"): \(figures)"))
  }

  func show(_ event: SessionEvent) {
    switch event {
    case .progress(let state):
      if progress == nil { progress = screen.progressLine() }
      progress?.update(ProgressState(state))
    case .text(let text):
      clearProgress()
      if !hasStreamed, echoes { output.writeLine(screen.style(.heading, source)) }
      hasStreamed = true
      output.write(text)
    case .notice(let text):
      clearProgress()
      error.writeLine(screen.errorStyle(.dim, text))
    case .curve(let curve):
      clearProgress()
      for line in ValueView(screen: screen).chart(curve) { output.writeLine(line) }
    case .finishedWork:
      clearProgress()
      progress = nil
    }
  }

  private func clearProgress() { progress?.clear() }

  func showGood(_ file: String) { error.writeLine("\(file): no mistakes found") }

  func finish(isGood: Bool, seconds: Double) {
    clearProgress()
    guard echoes, hasStarted else { return }
    let time = NumberText.duration(seconds)
    error.writeLine(
      screen.errorStyle(
        isGood ? .good : .error, isGood ? "done in \(time)" : "stopped after \(time)"))
  }
}

extension ProgressState {
  init(_ progress: Progress) {
    var figures: [String] = []
    if let loss = progress.loss { figures.append("loss " + NumberText.significant(loss)) }
    if let speed = progress.tokensPerSecond {
      figures.append(NumberText.significant(speed, digits: 3) + " tok/s")
    }
    figures.append(NumberText.size(progress.memory))
    self.init(
      progress.verb, done: progress.done, total: progress.total, figures: figures,
      secondsLeft: progress.secondsLeft)
  }
}
