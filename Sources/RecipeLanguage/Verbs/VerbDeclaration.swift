/// One verb, declared once: checks, help, completion, formatter, reference page and JSON schema read
/// this and nothing else.
package struct VerbDeclaration: Sendable {
  package let name: String
  /// One line, without a full stop.
  package let summary: String
  /// Positional arguments first, in order.
  package let arguments: [ArgumentDeclaration]
  package let fields: [FieldDeclaration]
  /// Recipe lines that work after those of `setting`.
  package let examples: [String]
  package let related: [String]
  /// What the session must have before the verb runs.
  package let needs: [Need]
  /// What the verb gives the session.
  package let gives: Need?
  /// Pairs of arguments of which only one may be given.
  package let alternatives: [[String]]
  /// Arguments that mean nothing unless others are given as well; a resumed run may have those.
  package let companions: [String: [String]]
  /// The mathematics and the reasons, for `??verb`.
  package let details: String

  package init(
    _ name: String, _ summary: String, arguments: [ArgumentDeclaration],
    fields: [FieldDeclaration], examples: [String], related: [String], needs: [Need] = [],
    gives: Need? = nil, alternatives: [[String]] = [], companions: [String: [String]] = [:],
    details: String = ""
  ) {
    self.name = name
    self.summary = summary
    self.arguments = arguments
    self.fields = fields
    self.examples = examples
    self.related = related
    self.needs = needs
    self.gives = gives
    self.alternatives = alternatives
    self.companions = companions
    self.details = details
  }

  package var positional: [ArgumentDeclaration] { arguments.filter(\.isPositional) }

  package func argument(_ name: String) -> ArgumentDeclaration? {
    arguments.first { $0.name == name }
  }
}

/// A part of the session's state.
package enum Need: String, Sendable, CaseIterable {
  case model, adapter, dataset
}

package struct ArgumentDeclaration: Sendable {
  package let name: String
  package let type: ArgumentType
  /// Whether it may be given without its name.
  package let isPositional: Bool
  package let isRequired: Bool
  /// What holds when it is not given; nil where that depends on the session or means "none".
  package let defaultValue: Value?
  /// One line, without a full stop.
  package let help: String

  package init(
    _ name: String, _ type: ArgumentType, default defaultValue: Value? = nil,
    positional: Bool = false, required: Bool = false, _ help: String
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    isPositional = positional
    isRequired = required
    self.help = help
  }
}

package struct FieldDeclaration: Sendable {
  package let name: String
  package let type: String
  package let help: String

  package init(_ name: String, _ type: String, _ help: String) {
    self.name = name
    self.type = type
    self.help = help
  }
}

/// The type, unit and range of an argument.
package indirect enum ArgumentType: Sendable {
  case int(ClosedRange<Int>)
  /// A number; the range is closed.
  case float(ClosedRange<Double>)
  case bool
  case string
  /// A file or folder.
  case path
  /// A share (10%) or a number of rows or steps.
  case percentOrInt
  case duration
  /// One of these words.
  case word([String])
  /// A list of words, or one; `all_linear` stands for all.
  case words([String])
  case list(ArgumentType)
  case record
  /// The name of a field: a bare name here is never a variable.
  case column
  /// Any of several types.
  case either([ArgumentType])
  case any

  /// How help and messages name it.
  package var description: String {
    switch self {
    case .int(let range): "int" + Self.text(range)
    case .float(let range): "float" + Self.text(range)
    case .bool: "true or false"
    case .string: "text in quotes"
    case .path: "path in quotes"
    case .percentOrInt: "percent or int"
    case .duration: "duration"
    case .word(let words): words.joined(separator: " | ")
    case .words(let words): "list of " + words.joined(separator: ", ")
    case .list(let element): "list of " + element.description
    case .record: "record"
    case .column: "name of a field"
    case .either(let types): types.map(\.description).joined(separator: " or ")
    case .any: "any value"
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.upperBound == .max
      ? " ≥ \(range.lowerBound)" : " \(range.lowerBound)..\(range.upperBound)"
  }

  private static func text(_ range: ClosedRange<Double>) -> String {
    range.upperBound == .infinity
      ? " ≥ \(NumberText.shortest(range.lowerBound))"
      : " \(NumberText.shortest(range.lowerBound))..\(NumberText.shortest(range.upperBound))"
  }

  /// The words that may stand here.
  package var words: [String] {
    switch self {
    case .word(let words), .words(let words): words
    case .list(let element): element.words
    case .either(let types): types.flatMap(\.words)
    case .bool: ["true", "false"]
    default: []
    }
  }
}
