import Diagnostics
import Notebooks
import RecipeLanguage
import Terminals

/// What Tab offers at a place of the prompt.
struct PromptCompletion {
  let notebook: Notebook

  /// - Parameter cursor: in bytes of the text's UTF-8.
  func items(_ text: String, cursor: Int) -> [CompletionItem] {
    let completion = Completion.at(
      cursor, in: text, context: notebook.checkContext,
      sessionCommands: SessionCommand.allCases.map { ($0.rawValue, $0.summary) })
    let range = completion.range.lowerBound..<completion.range.upperBound
    if let path = completion.path { return paths(path, range) }
    return completion.candidates.filter { !PromptName.isPromptName($0.text) }.map { candidate in
      CompletionItem(
        insert: candidate.text + candidate.suffix, display: Self.display(candidate),
        description: candidate.help, replaceRange: range)
    }
  }

  private static func display(_ candidate: Completion.Candidate) -> String {
    switch candidate.kind {
    case .sessionCommand: ":" + candidate.text
    case .argument: candidate.text + ":"
    default: candidate.text
    }
  }

  /// Files and folders that the text in quotes could go on with, and models where one is loaded.
  private func paths(_ path: Completion.PathContext, _ range: Range<Int>) -> [CompletionItem] {
    let slash = path.prefix.lastIndex(of: "/")
    let folder = slash.map { String(path.prefix[...$0]) } ?? ""
    let name = String(path.prefix.dropFirst(folder.count))
    let place = range.upperBound - name.utf8.count..<range.upperBound
    let root = folder.isEmpty ? "." : ModelFolder.expandingHome(folder)
    let models = path.isModel && folder.isEmpty ? ModelFolder.available : []
    return models.filter { $0.hasPrefix(name) }.map {
      CompletionItem(insert: $0 + "\"", display: $0, description: "model", replaceRange: place)
    }
      + ModelFolder.contents(of: root).filter { $0.hasPrefix(name) }.map { entry in
        let isFolder = !ModelFolder.contents(of: root + "/" + entry).isEmpty
        return CompletionItem(
          insert: isFolder ? entry + "/" : entry + "\"", display: isFolder ? entry + "/" : entry,
          replaceRange: place)
      }
  }
}
