import Diagnostics
import Glibc
import Lessons
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// Carries out what a line with a colon asks for.
struct SessionCommands {
  enum Outcome: Equatable {
    case done, failed, quit
    /// A file that was asked for is not written.
    case unwritten
    /// Put this text on the next prompt.
    case edit(String)
    /// Run these cells.
    case run([String])
    /// Run these cells, then put this text on the next prompt.
    case prepare([String], then: String)
    /// Talk to the model with these settings.
    case chat(String)
    /// Go through this lesson.
    case lesson(String)
  }

  let notebook: Notebook
  let screen: Screen
  let settings: OutputSettings
  /// Asked where cells of other sessions are named.
  let earlier: () -> EarlierSessions

  var output: TextOutput { screen.streams.output }

  func fail(_ message: String) -> Outcome {
    screen.notice(message, .error)
    return .failed
  }

  /// - Parameter line: what was typed behind the colon.
  func perform(_ line: String) -> Outcome {
    let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
    let typed = words.first ?? ""
    let rest = words.count > 1 ? words[1] : ""
    let matches = SessionCommand.matches(of: typed)
    guard matches.count == 1, let command = matches.first else { return unknown(typed, matches) }
    do throws(CellRange.Refusal) {
      return try perform(command, rest)
    } catch {
      return fail(error.message)
    }
  }

  private func perform(
    _ command: SessionCommand, _ rest: String
  ) throws(CellRange.Refusal) -> Outcome {
    switch command {
    case .help:
      return screen.showHelp(on: CommandWords.trimmed(rest), isDeep: false) ? .done : .failed
    case .history: return history(try cells(rest).chosen)
    case .edit: return .edit(try lastOr(rest).map(\.text).joined(separator: "\n"))
    case .editor: return try openEditor(rest)
    case .rerun: return .run(try lastOr(rest).map(\.text))
    case .run: return run(rest)
    case .recover: return recover(rest)
    case .undo: return undo()
    case .vars: return variables()
    case .runs: return runs(rest)
    case .save: return try save(rest)
    case .export: return try export(rest)
    case .chat: return .chat(rest)
    case .mode: return mode(rest)
    case .once: return once(rest)
    case .hints: return hints(rest)
    case .lesson: return .lesson(CommandWords.trimmed(rest))
    case .lessons: return lessons()
    case .quit: return .quit
    }
  }

  private func unknown(_ typed: String, _ matches: [SessionCommand]) -> Outcome {
    if matches.count > 1 {
      return fail(
        ":\(typed) could be " + matches.map { ":" + $0.rawValue }.joined(separator: " or "))
    }
    let names = SessionCommand.allCases.map { ":" + $0.rawValue }
    let question = NearestName.question(for: ":" + typed, among: names)
    let list = names.joined(separator: ", ")
    return fail("there is no command :\(typed); \(question ?? "the commands are \(list)")")
  }

  // MARK: Cells

  /// The cells that a range names, among all of their session.
  func cells(_ text: String) throws(CellRange.Refusal) -> (chosen: [Cell], all: [Cell]) {
    guard text.contains("~") else { return (try notebook.cells(in: text), notebook.cells) }
    let (chosen, all) = try earlier().cells(text)
    return (notebook.cells(of: chosen), notebook.cells(of: all))
  }

  private func openEditor(_ text: String) throws(CellRange.Refusal) -> Outcome {
    guard isatty(STDIN_FILENO) == 1 else { return fail(":editor needs a terminal") }
    guard let editor = ExternalEditor.command else {
      return fail(
        ":editor needs to know yours: export EDITOR=nano; or :edit puts cells on the prompt")
    }
    let isNew = text.allSatisfy(\.isWhitespace) && notebook.cells.isEmpty
    let cells = isNew ? "" : try lastOr(text).map(\.text).joined(separator: "\n")
    do throws(ExternalEditor.Failure) {
      let edited = try ExternalEditor.edit(cells, suffix: ".recipe", command: editor)
      return edited.isEmpty ? .done : .edit(edited)
    } catch {
      return fail(error.message)
    }
  }

  private func lastOr(_ text: String) throws(CellRange.Refusal) -> [Cell] {
    guard text.allSatisfy(\.isWhitespace) else { return try cells(text).chosen }
    guard let last = notebook.cells.last else {
      throw CellRange.Refusal(message: "there are no cells yet")
    }
    return [last]
  }

  private func history(_ cells: [Cell]) -> Outcome {
    if cells.isEmpty { output.writeLine("no cells yet") }
    var shown: [String] = []
    let width = String(cells.last?.number ?? 1).count
    for cell in cells {
      let lines = cell.text.split(separator: "\n", omittingEmptySubsequences: false)
      for (index, line) in lines.enumerated() {
        let number = index == 0 ? "\(cell.number)" : ""
        let left = DisplayWidth.padded(number, to: width, alignment: .right)
        let runs = index == 0 ? cell.runs.map { "  # run \($0)" }.joined() : ""
        shown.append(screen.style(.dim, left) + "  " + line + screen.style(.dim, runs))
      }
    }
    screen.show(shown)
    return .done
  }

  private func undo() -> Outcome {
    guard let cell = notebook.undo() else { return fail("there is nothing to undo") }
    let line = cell.text.split(separator: "\n").first ?? ""
    let more = cell.text.contains("\n") ? " …" : ""
    let wrote = cell.verbs.contains { name in
      VerbCatalog.standard.verb(named: name)?.arguments.contains {
        $0.file == .output && $0.isRequired
      } == true
    }
    output.writeLine("undone: \(line)\(more)" + (wrote ? "; what it wrote stays" : ""))
    return .done
  }

  // MARK: Settings

  private func mode(_ name: String) -> Outcome {
    let names = OutputMode.allCases.map(\.rawValue)
    if name.isEmpty {
      output.writeLine("\(settings.mode.rawValue), of \(names.joined(separator: ", "))")
      return .done
    }
    guard let mode = OutputMode(rawValue: name) else {
      return fail("there is no mode \(name); the modes are \(names.joined(separator: ", "))")
    }
    settings.mode = mode
    return .done
  }

  private func once(_ rest: String) -> Outcome {
    guard let file = CommandWords.first(of: rest)?.word else {
      return fail(":once needs a file: :once runs.csv")
    }
    settings.sendNextResult(to: file)
    return .done
  }

  private func lessons() -> Outcome {
    do throws(LessonError) {
      for line in ValueView(screen.page).table(try LessonList.table(.own)) {
        output.writeLine(line)
      }
      return .done
    } catch {
      return fail(error.description)
    }
  }

  private func hints(_ word: String) -> Outcome {
    guard ["", "on", "off"].contains(word) else { return fail("write :hints on or :hints off") }
    if !word.isEmpty { settings.givesHints = word == "on" }
    output.writeLine("hints are \(settings.givesHints ? "on" : "off")")
    return .done
  }
}
