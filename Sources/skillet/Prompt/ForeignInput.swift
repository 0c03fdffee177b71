import Notebooks
import Sessions

/// What people type out of habit from other prompts, and what it is called here.
enum ForeignInput {
  /// Where to go instead; nil for what may be meant as it stands.
  ///
  /// - Parameter isBound: whether a name has a value, so that it is no habit.
  static func pointer(for text: String, isBound: (String) -> Bool) -> String? {
    let line = CommandWords.trimmed(text)
    guard let first = line.first, !line.contains("\n") else { return nil }
    if first == "!" { return "`!` runs nothing here; shell commands belong into another terminal" }
    let mark = "\\%./".contains(first) ? String(first) : ""
    let words = line.dropFirst(mark.count).split(whereSeparator: \.isWhitespace).map(String.init)
    guard let word = words.first?.lowercased() else { return nil }
    let typed = mark + (words.first ?? "")
    if mark.isEmpty {
      guard words.count == 1 || habits[word] == .help, !isBound(word) else { return nil }
    } else if mark == "." || mark == "/", SessionCommand(rawValue: word) == nil, habits[word] == nil
    {
      return nil
    }
    // `exit()` and `quit()` are what Python wants
    let name = word.hasSuffix("()") ? String(word.dropLast(2)) : word
    if ["clear", "cls"].contains(name) { return "Ctrl-L clears the screen" }
    if let command = habits[name] ?? (mark.isEmpty ? nil : SessionCommand(rawValue: name)) {
      return "`\(typed)` is not from here; :\(command.rawValue) does this"
        + (command == .quit ? ", or Ctrl-D" : "")
    }
    return mark == "\\" || mark == "%"
      ? "commands of this prompt begin with a colon; :help lists them" : nil
  }

  private static let habits: [String: SessionCommand] = [
    "exit": .quit, "quit": .quit, "bye": .quit, "q": .quit, "logout": .quit,
    "help": .help, "man": .help, "h": .help, "hist": .history, "history": .history, "undo": .undo,
    "who": .vars, "whos": .vars, "vars": .vars, "d": .vars, "e": .edit, "edit": .edit,
    "rerun": .rerun, "recall": .edit, "save": .save, "mode": .mode, "output": .once, "o": .once,
  ]
}
