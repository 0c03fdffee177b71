/// One verb, declared once: checks, help, completion, formatter, staleness, the reference page and the JSON
/// schema read this and nothing else.
package struct VerbDeclaration: Sendable {
  package let name: String
  /// One line, without a full stop.
  package let summary: String
  /// Positional arguments first, in order.
  package let arguments: [ArgumentDeclaration]
  package let fields: [FieldDeclaration]
  /// Whether the value has other fields as well, depending on the arguments.
  package let hasOpenFields: Bool
  /// The argument that may be a list; every field is a list then.
  package let listArgument: String?
  package let effects: [Effect]
  /// Recipe lines that work after those of `setting`.
  package let examples: [String]
  package let related: [String]
  /// What other tools call it.
  package let foreignNames: [String]
  /// Groups of arguments of which only one may be given.
  package let alternatives: [[String]]
  /// Arguments that mean nothing unless others are given as well.
  package let companions: [String: [String]]
  /// Arguments that mean something only while another one is this word, given or by default.
  package let uses: [Use]
  /// The argument that brings what else is needed from an earlier call of the same verb.
  package let inheritance: String?
  /// What could come next in a session of this shape; nil where there is nothing to say.
  package let nextStep: (@Sendable (SessionShape) -> String)?
  /// The mathematics and the reasons, for `??verb`.
  package let details: String

  package init(
    _ name: String, _ summary: String, arguments: [any DeclaredArgument],
    fields: [FieldDeclaration], hasOpenFields: Bool = false,
    listedBy listArgument: (any DeclaredArgument)? = nil, effects: [Effect] = [],
    examples: [String], related: [String], foreign foreignNames: [String] = [],
    alternatives: [[any DeclaredArgument]] = [],
    companions: [(any DeclaredArgument, needs: any DeclaredArgument)] = [],
    uses: [(any DeclaredArgument, with: any DeclaredArgument, word: String)] = [],
    inheritsBy inheritance: (any DeclaredArgument)? = nil,
    next nextStep: (@Sendable (SessionShape) -> String)? = nil, details: String = ""
  ) {
    self.name = name
    self.summary = summary
    self.arguments = arguments.map(\.declaration)
    self.fields = fields
    self.hasOpenFields = hasOpenFields
    self.listArgument = listArgument?.name
    self.effects = effects
    self.examples = examples
    self.related = related
    self.foreignNames = foreignNames
    self.alternatives = alternatives.map { $0.map(\.name) }
    self.companions = Dictionary(grouping: companions, by: \.0.name).mapValues { pairs in
      pairs.map(\.needs.name)
    }
    self.uses = uses.map { Use(argument: $0.0, selector: $0.with.name, word: $0.word) }
    self.inheritance = inheritance?.name
    self.nextStep = nextStep
    self.details = details
  }

  package var positional: [ArgumentDeclaration] { arguments.filter(\.isPositional) }

  /// What other tools call its arguments, with our names.
  var foreignArguments: [String: String] {
    Dictionary(
      arguments.flatMap { argument in argument.foreignNames.map { ($0, argument.name) } }
    ) { first, _ in first }
  }

  package func argument(_ name: String) -> ArgumentDeclaration? {
    arguments.first { $0.name == name }
  }

  /// That an argument belongs to one word of another.
  package struct Use: Sendable {
    package let argument: any DeclaredArgument
    package let selector: String
    package let word: String

    package var message: String { "`\(argument.name)` is for `\(selector): \(word)`" }
    package var help: String { "write \(selector): \(word), or leave \(argument.name) out" }
  }

  /// Uses of arguments that were given while the other argument is another word.
  package func misuses(in facts: some ArgumentFacts) -> [Use] {
    uses.filter { use in
      guard facts.isGiven(use.argument.name) else { return false }
      let selector = argument(use.selector)
      guard facts.isGiven(use.selector) else { return selector?.defaultValue?.text != use.word }
      // another bare name is a variable, whose word is not known yet
      guard let word = facts.word(use.selector), selector?.type.words.contains(word) == true else {
        return false
      }
      return word != use.word
    }
  }
}
