import Diagnostics
import Files
import Notebooks
import Sessions
import Terminals

/// `:chat`: talks to the model at the prompt. What is said is no part of the session.
final class ChatLoop {
  private let conversation: Conversation
  private let screen: Screen
  private var said: [String] = []

  init(_ conversation: Conversation, screen: Screen) {
    self.conversation = conversation
    self.screen = screen
  }

  private var output: TextOutput { screen.streams.output }

  /// Reads until `/quit`, Ctrl-D, or Ctrl-C on an empty line; the editor is as before afterwards.
  func run(_ editor: LineEditor) {
    let (completeness, completions) = (editor.completeness, editor.completions)
    let cells = editor.exchangeHistory([])
    defer {
      (editor.completeness, editor.completions) = (completeness, completions)
      _ = editor.exchangeHistory(cells)
    }
    editor.completeness = { _ in .complete }
    editor.completions = Self.completions
    screen.notice(
      "talking to \(conversation.partner); Ctrl-C stops an answer, /help lists commands, Ctrl-D leaves"
    )
    var isLeaving = false
    while !isLeaving {
      switch editor.readLine(prompt: "you> ") {
      case .endOfFile: isLeaving = true
      case .interrupted: isLeaving = Interruption.endingSignal != nil || StandardOutput.isLost
      case .line(let text):
        let text = CommandWords.trimmed(text)
        guard !text.isEmpty else { continue }
        said.append(text)
        _ = editor.exchangeHistory(said)
        isLeaving = Interruption.job { perform(text) } == .quit
      }
    }
  }

  // MARK: Commands

  private enum Command: String, CaseIterable {
    case undo, retry, fix, system, save, help, quit

    var usage: String {
      switch self {
      case .fix: "/fix TEXT"
      case .system: "/system [TEXT]"
      case .save: "/save FILE"
      default: "/" + rawValue
      }
    }

    var summary: String {
      switch self {
      case .undo: "take the last question and its answer back"
      case .retry: "ask for another answer"
      case .fix: "put better words into the last answer, before /save"
      case .system: "set the system message; none without a text"
      case .save: "add the conversation to a .jsonl file, as a row to train on"
      case .help: "list these commands"
      case .quit: "go back to the session, which is as it was"
      }
    }
  }

  private static func completions(_ text: String, _ cursor: Int) -> [CompletionItem] {
    guard text.hasPrefix("/"), !text.contains(" ") else { return [] }
    return Command.allCases.filter { ("/" + $0.rawValue).hasPrefix(text) }.map {
      CompletionItem(
        insert: "/\($0.rawValue) ", display: $0.usage, description: $0.summary,
        replaceRange: 0..<text.utf8.count)
    }
  }

  private enum Outcome {
    case done, quit
  }

  private func perform(_ text: String) -> Outcome {
    guard text.hasPrefix("/") else {
      stream { (onText) throws(VerbFailure) in try conversation.say(text, onText: onText) }
      return .done
    }
    let words = text.dropFirst().split(maxSplits: 1, whereSeparator: \.isWhitespace)
    let typed = words.first.map(String.init) ?? ""
    let rest = words.count > 1 ? String(words[1]) : ""
    let matches =
      Command(rawValue: typed).map { [$0] }
      ?? Command.allCases.filter { !typed.isEmpty && $0.rawValue.hasPrefix(typed) }
    guard matches.count == 1, let command = matches.first else {
      let names = Command.allCases.map(\.rawValue)
      let question = NearestName.question(for: typed, among: names)
      let list = names.map { "/" + $0 }.joined(separator: ", ")
      screen.notice(
        "there is no command /\(typed); \(question ?? "the commands are \(list)")", .error)
      return .done
    }
    return perform(command, rest)
  }

  private func perform(_ command: Command, _ rest: String) -> Outcome {
    switch command {
    case .quit: return .quit
    case .help:
      for command in Command.allCases {
        output.writeLine(
          "  " + screen.style(.name, DisplayWidth.padded(command.usage, to: 14)) + "  "
            + command.summary)
      }
    case .undo: tell(conversation.undo(), "taken back", "there is nothing to take back")
    case .retry: stream { (onText) throws(VerbFailure) in try conversation.retry(onText: onText) }
    case .fix:
      let isText = !rest.isEmpty
      tell(
        isText && conversation.correct(rest), "the answer is changed",
        isText ? "there is no answer yet" : "/fix needs the better answer: /fix Paris")
    case .system:
      conversation.system = rest.isEmpty ? nil : rest
      screen.notice(rest.isEmpty ? "no system message" : "the system message is set")
    case .save: save(rest)
    }
    return .done
  }

  private func tell(_ isDone: Bool, _ good: String, _ bad: String) {
    screen.notice(isDone ? good : bad, isDone ? .dim : .error)
  }

  private func save(_ name: String) {
    guard !name.isEmpty else {
      return screen.notice("/save needs a file: /save chats.jsonl", .error)
    }
    do throws(FileError) {
      if let row = try conversation.append(to: name) {
        screen.notice("row \(row) of \(name); train on it: dataset \"\(name)\"")
      } else {
        screen.notice("nothing was said yet", .error)
      }
    } catch {
      screen.notice("\(error.file): \(error.cause); \(error.fix)", .error)
    }
  }

  // MARK: Answers

  /// Shows an answer as it comes, words whole.
  private func stream(
    _ answer: ((String) -> Void) throws(VerbFailure) -> Conversation.Reply?
  ) {
    var words = WordStream(columns: screen.columns)
    do throws(VerbFailure) {
      let reply = try answer { [output] in output.write(words.append($0)) }
      output.writeLine(words.flush())
      guard let reply else { return screen.notice("there is no answer yet", .error) }
      switch reply.ending {
      case .interrupted: screen.notice("(stopped)")
      case .full: screen.notice("(cut: :chat max_tokens: 2000 lets it say more)")
      case .whole: break
      }
      if reply.forgottenTurns > 0 {
        screen.notice("(the first \(reply.forgottenTurns) turns no longer fit into the context)")
      }
    } catch {
      screen.notice(error.message + (error.help.map { "; " + $0 } ?? ""), .error)
    }
  }
}
