/// The verbs of a language. The language does not know any by itself: whoever reads, checks, completes or
/// runs a text says which there are.
package struct VerbCatalog: Sendable {
  /// The version of the language that `language:` names.
  package static let languageVersion = 1

  /// In the order in which help and the reference page show them.
  package let all: [VerbDeclaration]
  package let names: Set<String>

  /// Every bare word that some argument takes.
  package let words: Set<String>

  /// Those of the words that a name could not spell.
  let hyphenatedWords: Set<String>

  /// Words that no variable may be called, so that a list such as `[f32, nf4]` never changes its meaning.
  package let reservedWords: Set<String>

  /// What other tools call verbs and arguments, and what they are called here.
  package let foreignVerbs: [String: String]
  package let foreignArguments: [String: String]

  /// The fields that tell how well a model does, in the order in which tables show them.
  package let figures: [String]

  private let byName: [String: VerbDeclaration]

  /// - Parameter freeWords: words of arguments that recipes may use as names all the same, since they are
  ///   plain English; where an argument lists such a word, it is always the word.
  package init(_ verbs: [VerbDeclaration], freeWords: Set<String>) {
    all = verbs
    names = Set(verbs.map(\.name))
    byName = Dictionary(verbs.map { ($0.name, $0) }) { first, _ in first }
    precondition(byName.count == verbs.count, "\(verbs.map(\.name)) has a name twice")
    words = Set(verbs.flatMap { verb in verb.arguments.flatMap(\.type.words) })
    hyphenatedWords = words.filter { $0.contains("-") }
    reservedWords = words.subtracting(freeWords).subtracting(["true", "false"])
    foreignVerbs = Dictionary(
      verbs.flatMap { verb in verb.foreignNames.map { ($0, verb.name) } }
    ) { first, _ in first }
    foreignArguments = verbs.reduce(into: [:]) { names, verb in
      names.merge(verb.foreignArguments) { first, _ in first }
    }
    var figures: [String] = []
    for field in verbs.flatMap(\.fields) where field.role == .figure {
      if !figures.contains(field.name) { figures.append(field.name) }
    }
    self.figures = figures
  }

  package func verb(named name: String) -> VerbDeclaration? { byName[name] }

  /// The verb of a command as it is written.
  package func verb(of command: Command) -> VerbDeclaration? { byName[command.verb.text] }
}
