import Diagnostics
import Lessons
import Notebooks
import Reports
import Sessions
import Terminals

/// A command that begins with a colon: about the session, never part of a recipe.
enum SessionCommand: String, CaseIterable {
  case help, history, edit, editor, rerun, run, undo, vars, runs, recover, save, export, chat, mode
  case once, hints, lesson, lessons, quit

  /// How it is written, without the colon.
  var usage: String {
    switch self {
    case .help: "help [NAME or /WORD/]"
    case .history: "history [CELLS]"
    case .edit: "edit [CELLS]"
    case .editor: "editor [CELLS]"
    case .rerun: "rerun [CELLS]"
    case .run: "run FILE"
    case .recover: "recover [NUMBER or clear]"
    case .save: "save FILE [CELLS]"
    case .export: "export FILE [CELLS]"
    case .chat: "chat [SETTINGS]"
    case .mode: "mode [NAME]"
    case .once: "once FILE"
    case .hints: "hints [on|off]"
    case .runs: "runs [COUNT or WORD]"
    case .lesson: "lesson [NAME, NUMBER or FILE.md]"
    case .undo, .vars, .lessons, .quit: rawValue
    }
  }

  var summary: String {
    switch self {
    case .help: "explain all, one command, or what has a word"
    case .history: "list cells: 4, 4-6; ~1/2-5 of the last session"
    case .edit: "put cells on the prompt, the last if none is named"
    case .editor: "open cells in $EDITOR, then put them on the prompt"
    case .rerun: "show cells and run them again"
    case .run: "run the statements of a recipe as cells"
    case .recover: "list trainings cut off or stopped; with a number, go on with one"
    case .undo: "take the last cell back, weights included"
    case .vars: "list names, what is stale, what the session holds"
    case .runs: "list the last recipes run and trainings typed, with what they measured"
    case .save: "write the session as a recipe that replays"
    case .export: "write cells and outputs as .html, .md or .ipynb"
    case .chat: "talk to the model, as in :chat temperature: 0.7"
    case .mode: "results as box, markdown, csv, json, jsonl or line"
    case .once: "send the next result to a file"
    case .hints: "say or stop saying what could come next"
    case .lesson: "learn step by step, in a session of its own; the next lesson if none is named"
    case .lessons: "list the lessons, and which are done"
    case .quit: "leave (or Ctrl-D)"
    }
  }

  /// The one command that an input with a colon means, or nil.
  static func meant(by input: String) -> SessionCommand? {
    guard let line = CellText.sessionCommand(in: input) else { return nil }
    let matches = matches(of: String(line.prefix { !$0.isWhitespace }))
    return matches.count == 1 ? matches.first : nil
  }

  /// The commands that a typed word can mean: itself, or those that it begins.
  static func matches(of typed: String) -> [SessionCommand] {
    if let exact = SessionCommand(rawValue: typed) { return [exact] }
    return typed.isEmpty ? [] : allCases.filter { $0.rawValue.hasPrefix(typed) }
  }
}

extension Screen {
  /// Where a command or a word is learnt.
  private func lessonLines(on subject: String) -> [String] {
    let lessons = (try? LessonLibrary.lessons()) ?? []
    let lesson =
      lessons.first { $0.teaches.first == subject }
      ?? lessons.first { $0.teaches.contains(subject) }
    guard let lesson else { return [] }
    return [style(.dim, "Learn it with :lesson \(lesson.name)")]
  }

  /// Shows help; false, with a word on it, if there is none.
  ///
  /// - Parameter session: which adds its own numbers to the reasons of a command.
  func showHelp(on subject: String, isDeep: Bool, in session: Session? = nil) -> Bool {
    let commands = SessionCommand.allCases.map { (name: ":" + $0.usage, text: $0.summary) }
    do throws(HelpPage.Missing) {
      let help = try HelpPage(
        subject, isDeep: isDeep, sessionCommands: commands
      ) { session?.facts(about: $0) ?? [] }
      show(help.lines(on: page) + lessonLines(on: subject))
      return true
    } catch {
      notice(error.message, .error)
      return false
    }
  }
}
