import Diagnostics
import RecipeLanguage

// The language with the verbs of sessions.

extension Parser {
  /// The tree of a text whose commands are those of sessions.
  package static func parse(_ source: SourceText) -> SyntaxTree { parse(source, verbs: .standard) }
}

extension CheckContext {
  /// A check of a text whose commands are those of sessions.
  package init() { self.init(verbs: .standard) }
}
