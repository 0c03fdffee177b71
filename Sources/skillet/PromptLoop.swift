import Diagnostics
import FoundationEssentials
import Glibc
import Notebooks
import RecipeLanguage
import Terminals

/// Reads cells, runs them, shows what they give; nothing else.
final class PromptLoop {
  private let screen: Screen
  /// Where answers go that are about the session: beside JSON lines, not among them.
  private let aside: Screen
  private let notebook: Notebook
  private let printer: any EventPrinter
  private var history: HistoryFile?
  private let sessionName = "\(getpid())"

  init(screen: Screen, isJSON: Bool) {
    self.screen = screen
    aside = isJSON ? screen.aside : screen
    printer = isJSON ? JSONPrinter(screen: screen) : PeoplePrinter(screen: screen, echoes: false)
    notebook = Notebook()
    let printer = printer
    notebook.interpreter.onEvent = { printer.show($0) }
    notebook.interpreter.executor.onEvent = { printer.show($0) }
    notebook.interpreter.isCancelled = { Interruption.level != .none }
    notebook.interpreter.executor.isInterrupted = { Interruption.level != .none }
  }

  func run() -> ExitStatus {
    guard isatty(STDIN_FILENO) == 1 else { return runPiped() }
    let path = SkilletHome.path("history.jsonl")
    history = path.map { HistoryFile(path: $0) }
    let entries = history?.load() ?? []
    guard
      let editor = LineEditor(
        promptName: "skillet", history: entries.map(\.text), style: screen.style)
    else { return runPiped() }
    editor.completeness = { CellText.state(of: $0) }
    editor.completions = { [notebook] in PromptCompletion(notebook: notebook).items($0, cursor: $1)
    }
    screen.streams.output.writeLine(
      screen.style(.heading, "skillet") + ": fine-tune a small model, a line a step.")
    screen.streams.output.writeLine(
      screen.style(.dim, "Begin with load \"smollm2\"; ?load explains it, :help lists the rest."))
    return loop(editor)
  }

  private func loop(_ editor: LineEditor) -> ExitStatus {
    var initial: String?
    while true {
      let prompt = "skillet[\(notebook.nextCell)]> "
      let reading = editor.readLine(prompt: prompt, initial: initial)
      initial = nil
      switch reading {
      case .interrupted: continue
      case .endOfFile: return .good
      case .line(let text):
        guard !text.allSatisfy(\.isWhitespace) else { continue }
        editor.remember(text)
        let outcome = Interruption.job { perform(text) }
        remember(text, isGood: outcome != .failed)
        switch outcome {
        case .quit: return .good
        case .edit(let text): initial = text
        case .done, .failed: break
        }
      }
    }
  }

  /// Without a terminal: no prompt, no banner; the first error ends it.
  private func runPiped() -> ExitStatus {
    let clock = ContinuousClock()
    let start = clock.now
    let status = readPiped()
    let elapsed = clock.now - start
    printer.finish(
      isGood: status == .good,
      seconds: Double(elapsed.components.seconds)
        + Double(elapsed.components.attoseconds) * 1e-18)
    return status
  }

  private func readPiped() -> ExitStatus {
    let reader = PlainLineReader()
    reader.completeness = { CellText.state(of: $0) }
    while true {
      switch reader.readLine() {
      case .interrupted: return .interrupted
      case .endOfFile: return .good
      case .line(let text):
        switch Interruption.job({ perform(text) }) {
        case .quit: return .good
        case .failed: return lastStatus
        case .done, .edit: break
        }
      }
    }
  }

  private var lastStatus = ExitStatus.good

  private enum Outcome: Equatable {
    case done, failed, quit
    case edit(String)
  }

  private func perform(_ text: String) -> Outcome {
    if let line = CellText.sessionCommand(in: text) {
      let commands = SessionCommands(notebook: notebook, screen: aside)
      switch commands.perform(line) {
      case .done: return .done
      case .quit: return .quit
      case .edit(let text): return .edit(text)
      case .failed:
        lastStatus = .wrongUsage
        return .failed
      }
    }
    if let request = CellText.helpRequest(in: text) {
      if HelpPage(screen: aside).show(request.subject, isDeep: request.isDeep) { return .done }
      lastStatus = .wrongUsage
      return .failed
    }
    do throws(RunFailure) {
      try notebook.run(text)
      return .done
    } catch {
      lastStatus = ExitStatus(error.kind)
      return .failed
    }
  }

  private func remember(_ text: String, isGood: Bool) {
    let entry = HistoryEntry(
      text: text, time: Date().timeIntervalSince1970,
      folder: FileManager.default.currentDirectoryPath, session: sessionName, ok: isGood)
    do throws(HistoryFileError) {
      try history?.append(entry)
    } catch {
      screen.streams.error.writeLine("history is off: \(error)")
      history = nil
    }
  }
}
