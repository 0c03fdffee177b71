import Diagnostics
import Lessons
import Notebooks
import RecipeLanguage
import Reports
import Sessions
import Terminals

/// What Tab offers at a place of the prompt.
struct PromptCompletion {
  let notebook: Notebook

  /// - Parameter cursor: in bytes of the text's UTF-8.
  func items(_ text: String, cursor: Int) -> [CompletionItem] {
    let typed = String(decoding: text.utf8.prefix(cursor), as: UTF8.self)
    if typed.hasPrefix(":"), let blank = typed.firstIndex(of: " ") {
      let name = String(typed[..<blank].dropFirst())
      guard let command = SessionCommand.matches(of: name).first else { return [] }
      return items(of: command, String(typed[typed.index(after: blank)...]), cursor: cursor)
    }
    return CellCompletion(
      notebook: notebook,
      sessionCommands: SessionCommand.allCases.map { ($0.rawValue, $0.summary) }
    ).items(text, cursor: cursor).map { CompletionItem($0) }
  }

  // MARK: Behind a session command

  /// - Parameter rest: what stands between the command and the cursor.
  private func items(
    of command: SessionCommand, _ rest: String, cursor: Int
  ) -> [CompletionItem] {
    switch command {
    case .help:
      return words(
        VerbCatalog.standard.all.map { ($0.name, $0.summary) }
          + PureFunction.allCases.map { ($0.rawValue, $0.usage.summary) }, rest, cursor)
    case .mode: return words(OutputMode.allCases.map { ($0.rawValue, "") }, rest, cursor)
    case .hints: return words([("on", ""), ("off", "")], rest, cursor)
    case .save, .export, .once, .run:
      let isQuoted = rest.hasPrefix("\"")
      return PathCompletion(closing: isQuoted ? "\"" : " ", isModel: false)
        .items(isQuoted ? String(rest.dropFirst()) : rest, endingAt: cursor)
        .map { CompletionItem($0) }
    case .chat:
      let call = Notebook.conversationCall + ", "
      let items = CellCompletion(notebook: notebook)
        .items(call + rest, cursor: call.utf8.count + rest.utf8.count)
      return items.map {
        CompletionItem($0, offset: cursor - call.utf8.count - rest.utf8.count)
      }
    case .lesson:
      let lessons = (try? LessonLibrary.lessons()) ?? []
      return words(lessons.map { ($0.name, $0.title) }, rest, cursor)
    case .history, .edit, .editor, .rerun, .undo, .vars, .runs, .recover, .lessons, .quit: return []
    }
  }

  private func words(
    _ words: [(name: String, help: String)], _ typed: String, _ cursor: Int
  ) -> [CompletionItem] {
    words.filter { $0.name.hasPrefix(typed) }.map {
      CompletionItem(
        insert: $0.name, display: $0.name, description: $0.help,
        replaceRange: cursor - typed.utf8.count..<cursor)
    }
  }
}

extension CompletionItem {
  /// - Parameter offset: what is to be added to the item's place.
  init(_ item: CellCompletion.Item, offset: Int = 0) {
    self.init(
      insert: item.insert, display: item.display, description: item.help,
      replaceRange: item.range.lowerBound + offset..<item.range.upperBound + offset)
  }
}
