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
    self.inheritance = inheritance?.name
    self.nextStep = nextStep
    self.details = details
  }

  package var positional: [ArgumentDeclaration] { arguments.filter(\.isPositional) }

  package func argument(_ name: String) -> ArgumentDeclaration? {
    arguments.first { $0.name == name }
  }
}
