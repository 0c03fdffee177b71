/// What is declared of an argument, whatever its type in Swift.
package struct ArgumentDeclaration: Sendable {
  /// What a path is for.
  package enum File: Sendable, Equatable {
    /// A model, which may be named by an alias.
    case model
    /// A file or a folder that is read whole when the verb runs.
    case input
    /// A folder of a training that is gone on with; a verb may write into it again.
    case training
    /// Where the verb writes.
    case output
  }

  package let name: String
  package let type: ArgumentType
  /// Whether it may be given without its name.
  package let isPositional: Bool
  package let isRequired: Bool
  /// What holds when it is not given; nil where that depends on the session or means "none".
  package let defaultValue: Value?
  /// Which file its text names, if any.
  package let file: File?
  /// What other tools call it.
  package let foreignNames: [String]
  /// Words that other tools take here, with why this one does not, as a clause.
  package let refused: [String: String]
  /// One line, without a full stop.
  package let help: String

  init(
    _ name: String, _ type: ArgumentType, default defaultValue: Value? = nil,
    positional: Bool = false, required: Bool = false, file: File? = nil,
    foreign foreignNames: [String] = [], refused: [String: String] = [:], _ help: String
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    isPositional = positional
    isRequired = required
    self.file = file
    self.foreignNames = foreignNames
    self.refused = refused
    self.help = help
  }

  /// The same of one element, where a list may stand.
  package func element(_ type: ArgumentType) -> ArgumentDeclaration {
    ArgumentDeclaration(name, type, help)
  }
}

package struct FieldDeclaration: Sendable {
  /// What a field is good for, for those who show some fields and not others.
  package enum Role: Sendable {
    /// How well a model does: what runs are compared by.
    case figure
    /// How much work it was.
    case extent
    case plain
  }

  package let name: String
  package let type: String
  package let role: Role
  package let help: String

  package init(_ name: String, _ type: String, role: Role = .plain, _ help: String) {
    self.name = name
    self.type = type
    self.role = role
    self.help = help
  }
}
