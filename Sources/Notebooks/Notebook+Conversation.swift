import Diagnostics
import RecipeLanguage
import Sessions

extension Notebook {
  /// What stands before the settings of a conversation.
  package static let conversationCall = "\(Generate.name) \"\""

  /// A conversation with settings written like the arguments of `generate`, such as
  /// `temperature: 0.2, system: "Answer in JSON"`. What is wrong with them is told by `onEvent`.
  package func conversation(_ settings: String) throws(RunFailure) -> Conversation {
    let isEmpty = settings.allSatisfy(\.isWhitespace)
    let text = Self.conversationCall + (isEmpty ? "" : ", " + settings)
    let source = SourceText(name: ":chat", text: text)
    let tree = Parser.parse(source)
    let diagnostics = Checker.check(tree, context: checkContext)
    for diagnostic in diagnostics { onEvent(.diagnostic(diagnostic)) }
    guard !diagnostics.containsError,
      case .operation(.command(let command))? = tree.statements.first?.kind
    else { throw RunFailure(kind: .recipe, diagnostic: nil) }
    let call = try interpreter.call(of: command)
    do throws(VerbFailure) {
      return try Conversation(session: session, settings: call)
    } catch {
      let failure = RunFailure(error, call: call, source: source)
      if let diagnostic = failure.diagnostic { onEvent(.diagnostic(diagnostic)) }
      throw failure
    }
  }
}
