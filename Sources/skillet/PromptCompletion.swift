import Notebooks
import RecipeLanguage
import Terminals

/// What Tab offers at a place of the prompt.
struct PromptCompletion {
  let notebook: Notebook

  func items(_ text: String, cursor: Int) -> [CompletionItem] {
    let before = String(decoding: Array(text.utf8).prefix(cursor), as: UTF8.self)
    let line =
      before.split(separator: "\n", omittingEmptySubsequences: false).last.map(String.init) ?? ""
    if let quoted = openQuote(in: line) { return paths(quoted, cursor: cursor) }
    let word = String(line.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
    let range = cursor - word.utf8.count..<cursor
    let head = line.dropLast(word.count)
    let lead = head.drop(while: \.isWhitespace)
    if lead == ":" {
      return SessionCommand.allCases.filter { $0.rawValue.hasPrefix(word) }.map {
        CompletionItem(
          insert: $0.rawValue + " ", display: ":" + $0.rawValue, description: $0.summary,
          replaceRange: range)
      }
    }
    if lead.isEmpty || lead.hasSuffix("= ") || lead.hasSuffix("(") || lead == "?" || lead == "??" {
      return verbs(word, range)
    }
    return arguments(String(lead), word, range)
  }

  private func verbs(_ word: String, _ range: Range<Int>) -> [CompletionItem] {
    VerbCatalog.all.filter { $0.name.hasPrefix(word) }.map {
      CompletionItem(
        insert: $0.name + " ", display: $0.name, description: $0.summary, replaceRange: range)
    } + names(word, range)
  }

  private func names(_ word: String, _ range: Range<Int>) -> [CompletionItem] {
    let environment = notebook.interpreter.environment
    return notebook.names.filter { $0.hasPrefix(word) }.map {
      CompletionItem(
        insert: $0, display: $0, description: environment[$0]?.typeName ?? "", replaceRange: range)
    }
  }

  /// Arguments that are not there yet, or the words that the argument at hand takes.
  private func arguments(
    _ lead: String, _ word: String, _ range: Range<Int>
  ) -> [CompletionItem] {
    let words = lead.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    guard let verb = words.lazy.reversed().compactMap({ VerbCatalog.verb(named: $0) }).first else {
      return names(word, range)
    }
    let isValue =
      lead.hasSuffix(": ") || lead.hasSuffix(":") || lead.hasSuffix("[") || isInList(lead)
    if isValue, let name = lead.lastArgument, let argument = verb.argument(name) {
      return legal(argument, word, range) + names(word, range)
    }
    let first = verb.positional.first
    let isFirst = lead.hasSuffix(verb.name + " ")
    let values = isFirst ? first.map { legal($0, word, range) } ?? [] : []
    let unused = verb.arguments.filter { !$0.isPositional && !lead.contains($0.name + ":") }
    return values
      + unused.filter { $0.name.hasPrefix(word) }.map { argument in
        let value = argument.defaultValue.map { "default \($0.source); " } ?? ""
        return CompletionItem(
          insert: argument.name + ": ", display: argument.name + ":",
          description: value + argument.help, replaceRange: range)
      }
  }

  private func isInList(_ lead: String) -> Bool {
    (lead.lastIndex(of: "[") ?? lead.startIndex) > (lead.lastIndex(of: "]") ?? lead.startIndex)
  }

  private func legal(
    _ argument: ArgumentDeclaration, _ word: String, _ range: Range<Int>
  ) -> [CompletionItem] {
    argument.type.words.filter { $0.hasPrefix(word) }.map {
      CompletionItem(insert: $0, display: $0, description: argument.help, replaceRange: range)
    }
  }

  /// The text after a quote that is not closed.
  private func openQuote(in line: String) -> String? {
    guard line.filter({ $0 == "\"" }).count % 2 == 1, let quote = line.lastIndex(of: "\"") else {
      return nil
    }
    return String(line[line.index(after: quote)...])
  }

  private func paths(_ typed: String, cursor: Int) -> [CompletionItem] {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let name = slash.map { String(typed[typed.index(after: $0)...]) } ?? typed
    let range = cursor - name.utf8.count..<cursor
    let root = folder.isEmpty ? "." : ModelFolder.expandingHome(folder)
    let aliases = folder.isEmpty ? ModelFolder.available.filter { $0.hasPrefix(name) } : []
    return aliases.map {
      CompletionItem(insert: $0 + "\"", display: $0, description: "model", replaceRange: range)
    }
      + ModelFolder.contents(of: root).filter { $0.hasPrefix(name) }.map { entry in
        let isFolder = !ModelFolder.contents(of: root + "/" + entry).isEmpty
        return CompletionItem(
          insert: isFolder ? entry + "/" : entry + "\"", display: isFolder ? entry + "/" : entry,
          replaceRange: range)
      }
  }
}

extension String {
  /// The name of the last `name:` in the text.
  fileprivate var lastArgument: String? {
    guard let colon = lastIndex(of: ":") else { return nil }
    let name = String(
      self[..<colon].reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed())
    return name.isEmpty ? nil : name
  }
}
