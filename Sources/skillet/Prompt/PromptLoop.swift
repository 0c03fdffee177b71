import Diagnostics
import Files
import Glibc
import Notebooks
import RecipeLanguage
import Sessions
import Terminals

/// Reads cells, runs them, shows what they give; nothing else.
final class PromptLoop {
  let screen: Screen
  /// Where replies about the session go: to standard error in JSON mode, to keep the JSON lines clean.
  private let aside: Screen
  let settings: OutputSettings
  let notebook: Notebook
  let printer: any EventPrinter
  let isJSON: Bool
  private var history: HistoryFile?
  private var nextStep = NextStep()
  /// The exit status that the last failure asks for.
  private(set) var lastStatus = ExitStatus.good
  private let sessionName = "\(getpid())-\(Int(HistoryEntry.now))"

  init(
    screen: Screen, settings: OutputSettings, isJSON: Bool, notebook: Notebook = Notebook()
  ) {
    self.notebook = notebook
    self.screen = screen
    self.settings = settings
    self.isJSON = isJSON
    aside = isJSON ? screen.aside : screen
    let printer: any EventPrinter =
      isJSON
      ? JSONPrinter(screen: screen)
      : PeoplePrinter(screen: screen, settings: settings, echoes: false)
    self.printer = printer
    notebook.onEvent = { printer.show($0) }
    notebook.interpreter.isCancelled = { Interruption.isRequested }
    notebook.session.isInterrupted = { Interruption.isRequested }
    notebook.session.isAborted = { Interruption.level == .abort }
    notebook.session.rememberRuns()
  }

  /// - Parameter startUpFile: cells and commands to run first; nil for none.
  func run(startUpFile: String?) -> ExitStatus {
    notebook.session.recovery = Recovery.folder(every: EnvironmentVariable.recoveryInterval)
    defer { notebook.session.recovery?.remove() }
    if let startUpFile, !runStartUp(startUpFile) { return lastStatus }
    guard isatty(STDIN_FILENO) == 1 else { return runPlain(PlainLineReader()) }
    history = Self.historyPath.map { HistoryFile(path: $0) }
    let entries = history?.load() ?? []
    guard
      let editor = LineEditor(
        promptName: "skillet", history: entries.map(\.text), style: screen.style)
    else {
      return runPlain(PlainLineReader(promptOutput: screen.streams.output), isPerson: true)
    }
    editor.completeness = { CellText.state(of: $0) }
    editor.completions = { [notebook] in PromptCompletion(notebook: notebook).items($0, cursor: $1)
    }
    screen.streams.output.writeLine(
      screen.style(.heading, "skillet") + ": fine-tune a small model, a line a step.")
    screen.streams.output.writeLine(
      screen.style(.dim, "Begin with load \"smollm2\"; ?load explains it, :help lists the rest."))
    if let absence = SkilletHome.absence {
      screen.notice("history, runs and trainings that are cut off are not kept: \(absence)")
    }
    if let last = Recovery.left.first {
      screen.notice("\(last.ending): :recover lists it")
    }
    return loop(editor)
  }

  // MARK: Reading

  private func loop(_ editor: LineEditor) -> ExitStatus {
    var initial: String?
    while true {
      let reading = editor.readLine(prompt: prompt, initial: initial)
      initial = nil
      switch reading {
      case .interrupted:
        if hasToEnd { return leave() }
        continue
      case .endOfFile: return ending
      case .line(let text):
        guard !text.allSatisfy(\.isWhitespace) else { continue }
        editor.remember(text)
        let cell = notebook.nextCell
        let entry = begin(text)
        let outcome = Interruption.job { perform(text) }
        let isCell = CellText.sessionCommand(in: text) == nil
        remember(entry, isGood: outcome != .failed, cell: isCell ? cell : nil)
        if hasToEnd { return leave() }
        switch outcome {
        case .quit: return ending
        case .edit(let text): initial = text
        case .chat(let settings): chat(settings, editor)
        case .lesson(let word):
          takeLesson(word, with: editor)
          if hasToEnd { return leave() }
        case .done, .failed: break
        }
      }
    }
  }

  /// Whether a signal asked for the end, or nobody can see the prompt any more.
  private var hasToEnd: Bool { Interruption.endingSignal != nil || StandardOutput.isLost }

  /// The exit status when the user leaves. Errors they have already seen do not fail the session;
  /// a requested write that did not succeed does.
  var ending: ExitStatus {
    notebook.session.hasUnsaved || settings.hasUnwritten ? .failed : .good
  }

  /// Ends the session after a signal or a lost terminal, and rescues the adapter first.
  private func leave() -> ExitStatus {
    printer.rescueAdapter(of: notebook.session)
    return .interrupted
  }

  var prompt: String { "skillet[\(notebook.nextCell)]> " }

  // MARK: Running

  enum Outcome: Equatable {
    case done, failed, quit
    case edit(String)
    case chat(String)
    case lesson(String)
  }

  func perform(_ text: String) -> Outcome {
    if let line = CellText.sessionCommand(in: text) {
      let commands = SessionCommands(
        notebook: notebook, screen: aside, settings: settings, earlier: { [self] in earlier })
      switch commands.perform(line) {
      case .done: return .done
      case .quit: return .quit
      case .edit(let text): return .edit(text)
      case .chat(let settings): return .chat(settings)
      case .lesson(let word): return .lesson(word)
      case .run(let cells): return rerun(cells)
      case .prepare(let cells, let line):
        let outcome = rerun(cells)
        return outcome == .done ? .edit(line) : outcome
      case .failed:
        lastStatus = .wrongUsage
        return .failed
      case .unwritten:
        lastStatus = .failed
        return .failed
      }
    }
    if let request = CellText.helpRequest(in: text) {
      let session = notebook.session
      if aside.showHelp(on: request.subject, isDeep: request.isDeep, in: session) {
        return .done
      }
      lastStatus = .wrongUsage
      return .failed
    }
    let environment = notebook.interpreter.environment
    if let pointer = ForeignInput.pointer(for: text, isBound: { environment[$0] != nil }) {
      aside.notice(pointer, .error)
      lastStatus = .wrongUsage
      return .failed
    }
    return runCell(text)
  }

  private func runCell(_ text: String) -> Outcome {
    let cell = notebook.nextCell
    defer { notebook.rememberTrainings(ofCell: cell) }
    do throws(RunFailure) {
      try notebook.run(text)
      giveHint()
      return .done
    } catch {
      lastStatus = ExitStatus(error.kind)
      if error.kind == .interrupted { screen.notice("stopped; the cell has changed nothing") }
      return .failed
    }
  }

  private func rerun(_ cells: [String]) -> Outcome {
    for text in cells {
      aside.streams.output.writeLine(aside.style(.prompt, prompt) + text)
      let cell = notebook.nextCell
      let entry = begin(text)
      let outcome = runCell(text)
      remember(entry, isGood: outcome == .done, cell: cell)
      // a stopped training counts as done, but the cells after it should not run
      if outcome != .done || Interruption.isRequested { return outcome }
    }
    return .done
  }

  private func giveHint() {
    guard settings.givesHints, !isJSON, isatty(STDOUT_FILENO) == 1, let cell = notebook.cells.last,
      let hint = nextStep.hint(after: cell.verbs, in: notebook.session.shape)
    else { return }
    screen.notice(hint)
  }

  private func chat(_ settings: String, _ editor: LineEditor) {
    guard notebook.session.shape.has.contains(.model) else {
      return screen.notice(":chat needs a model; load one first: load \"smollm2\"", .error)
    }
    guard let conversation = try? notebook.conversation(settings) else { return }
    ChatLoop(conversation, screen: screen).run(editor)
  }

  /// A lesson with the editor, which completes what belongs to the lesson's session meanwhile.
  private func takeLesson(_ word: String, with editor: LineEditor) {
    let completions = editor.completions
    defer { editor.completions = completions }
    lesson(
      word,
      onStart: { notebook in
        editor.completions = { PromptCompletion(notebook: notebook).items($0, cursor: $1) }
      },
      read: { prompt in
        let reading = editor.readLine(prompt: prompt)
        if case .line(let text) = reading { editor.remember(text) }
        return reading
      })
  }

  private static let historyPath = SkilletHome.path("history.jsonl")

  private var earlier: EarlierSessions {
    EarlierSessions(
      Self.historyPath.map { HistoryFile(path: $0).load() } ?? [], current: sessionName)
  }

  /// Writes a text into the history before it runs, so that it is there whatever becomes of the process.
  private func begin(_ text: String) -> HistoryEntry {
    let entry = HistoryEntry(
      text: text, time: HistoryEntry.now,
      folder: Paths.currentFolder, session: sessionName, ok: false)
    append(entry)
    return entry
  }

  /// Writes how it ended; the entry takes the place of the one from before.
  ///
  /// - Parameter cell: the number that the text has if it was accepted as a cell.
  private func remember(_ begun: HistoryEntry, isGood: Bool, cell: Int?) {
    var entry = begun
    entry.ok = isGood
    if let accepted = notebook.cells.last(where: { $0.number == cell && isGood }) {
      entry.cell = accepted.number
      entry.kept = accepted.isShortened ? accepted.text : nil
      entry.wasCutShort = accepted.wasCutShort
      entry.runs = accepted.runs
    }
    if entry != begun { append(entry) }
  }

  private func append(_ entry: HistoryEntry) {
    do throws(FileError) {
      try history?.append(entry)
    } catch {
      screen.notice("history is off, and cells of this session are not kept: \(error)", .error)
      history = nil
    }
  }
}
