import Diagnostics
import RecipeLanguage
import Sessions

/// What can stand at a place of a cell that is being written: words of the language, names of the session, models
/// and files.
package struct CellCompletion {
  /// One way to go on.
  package struct Item: Equatable, Sendable {
    /// The text that replaces `range`, with the `: ` or blank that should follow.
    package let insert: String
    package let display: String
    /// One line that says what it is; may be empty.
    package let help: String
    /// UTF-8 offsets into the text.
    package let range: Range<Int>
  }

  let notebook: Notebook
  /// Commands of the front end that begin with a colon.
  private let sessionCommands: [(name: String, help: String)]

  package init(notebook: Notebook, sessionCommands: [(name: String, help: String)] = []) {
    self.notebook = notebook
    self.sessionCommands = sessionCommands
  }

  /// - Parameter cursor: in bytes of the text's UTF-8.
  package func items(_ text: String, cursor: Int) -> [Item] {
    let completion = Completion.at(
      cursor, in: text, context: notebook.checkContext, sessionCommands: sessionCommands)
    let own = completion.value.map { place in
      let range = completion.range.lowerBound..<completion.range.upperBound
      let typed = String(decoding: Array(text.utf8)[range], as: UTF8.self)
      return SessionCandidates(notebook: notebook)
        .items(place, typed, range, isQuoted: completion.isQuoted)
    }
    return (own ?? []) + items(of: completion)
  }

  private func items(of completion: Completion) -> [Item] {
    let range = completion.range.lowerBound..<completion.range.upperBound
    if let path = completion.path {
      return PathCompletion(closing: "\"", isModel: path.isModel)
        .items(path.prefix, endingAt: range.upperBound)
    }
    return completion.candidates.filter { !PromptName.isPromptName($0.text) }.map { candidate in
      Item(
        insert: candidate.text + candidate.suffix, display: Self.display(candidate),
        help: candidate.help, range: range)
    }
  }

  private static func display(_ candidate: Completion.Candidate) -> String {
    switch candidate.kind {
    case .sessionCommand: ":" + candidate.text
    case .argument: candidate.text + ":"
    default: candidate.text
    }
  }
}
