/// A command that begins with a colon: about the session, never part of a recipe.
enum SessionCommand: String, CaseIterable {
  case help, history, edit, rerun, undo, vars, runs, save, export, chat, mode, once, hints, quit

  /// How it is written, without the colon.
  var usage: String {
    switch self {
    case .help: "help [NAME]"
    case .history: "history [CELLS]"
    case .edit: "edit [CELLS]"
    case .rerun: "rerun [CELLS]"
    case .save: "save FILE [CELLS]"
    case .export: "export FILE [CELLS]"
    case .chat: "chat [SETTINGS]"
    case .mode: "mode [NAME]"
    case .once: "once FILE"
    case .hints: "hints [on|off]"
    case .runs: "runs [COUNT]"
    case .undo, .vars, .quit: rawValue
    }
  }

  var summary: String {
    switch self {
    case .help: "explain everything, or one command"
    case .history: "list the cells that count: all, or 4, 4-6, 4,6-8"
    case .edit: "put cells on the prompt again; the last one if none is named"
    case .rerun: "show cells and run them again"
    case .undo: "take the last cell back, weights included"
    case .vars: "list names with their cells, and what the session holds"
    case .runs: "list the last runs of recipes with what they measured"
    case .save: "write the session as a recipe that replays"
    case .export: "write cells and outputs as .md or .ipynb"
    case .chat: "talk to the model; takes what generate takes, as temperature: 0.7"
    case .mode: "how results look: box, markdown, csv, json, jsonl or line"
    case .once: "send the next result to a file"
    case .hints: "say or stop saying what could come next"
    case .quit: "leave (or Ctrl-D)"
    }
  }

  /// The commands that a typed word can mean: itself, or those that it begins.
  static func matches(of typed: String) -> [SessionCommand] {
    if let exact = SessionCommand(rawValue: typed) { return [exact] }
    return typed.isEmpty ? [] : allCases.filter { $0.rawValue.hasPrefix(typed) }
  }
}
