import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// Results to standard output, progress, notices and errors to standard error.
final class PeoplePrinter: EventPrinter {
  private let screen: Screen
  private let settings: OutputSettings
  private let isPrompt: Bool
  /// Whether results stand below their statements, as those of a recipe that runs, or below `out[3]`.
  private let echoes: Bool
  private var progress: ProgressLine?
  private var source = ""
  /// The figures of the work at hand, drawn below its card.
  private var figures: [Figure] = []
  private var words: WordStream?
  /// Notices of the runs of a sweep, those before the one at hand and its own; nil outside of a sweep.
  private var saidInSweep: (before: Set<String>, now: Set<String>)?
  private var hasSaidLess = false
  private var hasStreamed = false
  private var hasStarted = false
  /// When the statement at hand began.
  private var start = ContinuousClock.now
  /// The text of the diagnostic that was shown last, if nothing stands below it: an empty line parts it
  /// from the next one of the same text.
  private var lastFaulty: SourceText?
  /// Codes of what was shown; their pages are pointed to once, at the end.
  private var codes: [String] = []

  /// - Parameter settings: those of a prompt; nil where none is.
  init(screen: Screen, settings: OutputSettings? = nil, echoes: Bool) {
    self.screen = screen
    self.settings = settings ?? OutputSettings()
    isPrompt = settings != nil
    self.echoes = echoes
  }

  private var output: TextOutput { screen.streams.output }
  private var error: TextOutput { screen.streams.error }

  // MARK: Statements

  func show(_ event: Event) {
    switch event {
    case .progress, .text, .figure, .finishedWork: showWork(event)
    case .cutShort(nil, _): break
    case .notice(let text):
      clearProgress()
      if isNews(text) { screen.notice(text) }
    default: showStatement(event)
    }
  }

  /// Whether no run of the sweep at hand has said it before this one.
  private func isNews(_ notice: String) -> Bool {
    guard var said = saidInSweep else { return true }
    said.now.insert(notice)
    saidInSweep = said
    if said.before.contains(notice) { hasSaidLess = true }
    return !said.before.contains(notice)
  }

  private func showStatement(_ event: Event) {
    clearProgress()
    defer { lastFaulty = if case .diagnostic(let last) = event { last.source } else { nil } }
    switch event {
    case .started(_, _, let text):
      source = VisibleText.escaped(text.split(separator: "\n").first.map(String.init) ?? text)
      if text.contains("\n") { source += " …" }
      hasStreamed = false
      hasStarted = true
      start = .now
      figures = []
    case .prose(let text):
      if echoes { showProse(text) }
    case .value(let event): show(event)
    case .diagnostic(let diagnostic): show(diagnostic)
    case .cutShort(let text?, _): screen.notice(text)
    default: break
    }
  }

  private func show(_ diagnostic: Diagnostic) {
    if lastFaulty === diagnostic.source { error.writeLine() }
    error.write(
      DiagnosticRenderer(
        isColored: screen.errorStyle.isEnabled,
        wrapWidth: error.isTerminal ? screen.columns : nil
      ).render(diagnostic))
    // a session has no end to point from
    if isPrompt, codes.isEmpty, error.isTerminal, settings.givesHints {
      screen.notice("more: ?\(diagnostic.code)")
    }
    if !codes.contains(diagnostic.code) { codes.append(diagnostic.code) }
  }

  private func showProse(_ text: String) {
    for paragraph in ProseParagraphs.of(text) {
      if paragraph.isHeading { output.writeLine() }
      for part in WrappedText.lines(paragraph.text, columns: screen.columns) {
        output.writeLine(screen.style(paragraph.isHeading ? .heading : .note, part))
      }
    }
  }

  private func show(_ event: ValueEvent) {
    if event.verb == ValueEvent.loopRow { return showRow(event) }
    if echoes, event.isPassedOver, event.value != .none {
      return output.writeLine(screen.style(.dim, source))
    }
    if !echoes, event.isSilent { return tellAfterLongWork(event) }
    if let file = settings.takeFile() { return write(event.value, to: file) }
    guard settings.mode == .box else {
      return screen.show(DataView(settings.mode).lines(of: event.value))
    }
    screen.show(lines(of: event), with: isStreamedRecord(event) ? [] : figures)
  }

  /// `let` prints nothing, but who has waited for it may see in a line what came of it.
  private func tellAfterLongWork(_ event: ValueEvent) {
    guard error.isTerminal, let name = event.name, .now - start > .seconds(2),
      case .record(let record) = event.value
    else { return }
    let telling =
      event.verb.flatMap { VerbCatalog.standard.verb(named: $0) }?.fields
      .filter { $0.role != .plain }.map(\.name) ?? []
    let figures = ValueView(screen.page).figures(
      of: record, without: Set(record.names).subtracting(telling))
    if !figures.isEmpty { screen.notice("\(name): \(figures)") }
  }

  /// Whether its text stands there already, so that only its numbers are told.
  private func isStreamedRecord(_ event: ValueEvent) -> Bool {
    if hasStreamed, case .record = event.value { true } else { false }
  }

  private func lines(of event: ValueEvent) -> [String] {
    let view = ValueView(screen.page)
    let title = echoes ? source : output.isTerminal ? "out[\(event.cell)]" : nil
    if hasStreamed, case .record(let record) = event.value {
      let figures = view.figures(of: record, without: ["text"])
      let lead = echoes ? "" : title.map { $0 + "  " } ?? ""
      return [screen.style(.dim, lead + figures)]
    }
    return view.lines(of: event.value, title: title, joins: !echoes)
  }

  private func write(_ value: Value, to file: String) {
    let mode = settings.mode == .box ? OutputMode(fileName: file) : settings.mode
    let lines = DataView(mode).lines(of: value)
    do throws(FileError) {
      try AtomicFile.write(lines.map { $0 + "\n" }.joined(), to: file)
      screen.notice("written to \(file) as \(mode.rawValue)")
    } catch {
      settings.hasUnwritten = true
      screen.notice("\(file): \(error.cause); \(error.fix)", .error)
    }
  }

  /// One combination of a loop is done; a loop that takes no time shows its table alone.
  private func showRow(_ event: ValueEvent) {
    figures = []
    guard case .record(let record) = event.value, start.duration(to: .now) > .seconds(1) else {
      return
    }
    let figures = ValueView(screen.page).figures(
      of: record, without: ["seconds", "tokens", "stop_reason"])
    screen.notice("\(event.name ?? "run"): \(figures)")
  }

  // MARK: Work at hand

  private func showWork(_ event: Event) {
    switch event {
    case .progress(let state):
      if progress == nil {
        progress = screen.progressLine()
        // work that is announced before its first step takes long
        if state.done == 0 { progress?.delay = 0 }
      }
      progress?.update(ProgressState(state))
    case .text(let text): stream(text)
    // a few points beside a value would say less than their numbers
    case .figure(let figure, let goesWithValue):
      let isSmall = figure.series.allSatisfy { $0.points.count < 5 }
      if !goesWithValue || !isSmall { figures.append(figure) }
    case .finishedWork:
      clearProgress()
      progress = nil
      if let words = words?.flush(), !words.isEmpty { output.write(words) }
      words = nil
    default: break
    }
  }

  private func stream(_ text: String) {
    clearProgress()
    if !hasStreamed, echoes { output.writeLine(screen.style(.heading, source)) }
    hasStreamed = true
    if words == nil { words = WordStream(columns: output.isTerminal ? screen.columns : .max) }
    if let shown = words?.append(text) { output.write(shown) }
  }

  private func clearProgress() { progress?.clear() }

  /// People see it when it runs.
  func showPlan(_ event: ValueEvent) {}

  func showGood(_ file: String) {
    lastFaulty = nil
    error.writeLine("\(file): no mistakes found")
  }

  func begin(_ run: ParameterSweep.Run, number: Int, of count: Int) {
    saidInSweep = (saidInSweep?.before.union(saidInSweep?.now ?? []) ?? [], [])
    if number > 1 { output.writeLine() }
    output.writeLine(screen.style(.heading, "run \(number) of \(count): \(run.label)"))
  }

  func show(_ runs: RecipeLanguage.Table) {
    saidInSweep = nil
    if hasSaidLess { screen.notice("what several runs say alike is said in the first of them") }
    guard !runs.rows.isEmpty else { return }
    output.writeLine()
    for line in ValueView(screen.page).lines(of: .table(runs), title: "runs") {
      output.writeLine(line)
    }
  }

  func show(_ picture: Figure) {
    screen.show(with: [picture])
  }

  func show(_ verdict: ExpectationVerdict) {
    // a value that can be recorded was shown before anyone could decide on it
    guard let reason = verdict.reason else { return }
    screen.notice("\(verdict.file):\(verdict.line): expect \(verdict.subject): \(reason)", .error)
  }

  func tell(_ text: String, _ role: TextStyle.Role) {
    clearProgress()
    screen.notice(text, role)
  }

  func finish(_ status: ExitStatus, seconds: Double) {
    clearProgress()
    if echoes, hasStarted {
      let end =
        switch status {
        case .good: "done in"
        case .interrupted: "stopped after"
        default: "failed after"
        }
      screen.notice(
        "\(end) \(NumberText.duration(seconds))", status == .good ? .good : .error)
    }
    if let first = codes.first {
      let others = codes.dropFirst().prefix(3).joined(separator: ", ")
      screen.notice(
        "more: skillet explain \(first)" + (others.isEmpty ? "" : ", and likewise \(others)"))
    }
  }
}
