/// An argument of a verb: what is declared of it, and its type in Swift. A verb's body reads it with
/// `call[Train.learningRate]`, so that a default stands in the declaration and nowhere else.
package struct Argument<Read: Sendable>: DeclaredArgument {
  package let declaration: ArgumentDeclaration
  /// The value that was given, or the default, as the body takes it. It was checked against the declared
  /// type before.
  let read: @Sendable (Value?) -> Read
}

package protocol DeclaredArgument: Sendable {
  var declaration: ArgumentDeclaration { get }
}

extension DeclaredArgument {
  package var name: String { declaration.name }
}

extension Argument {
  /// An argument that always has a value: it is required, or has a default.
  init(_ declaration: ArgumentDeclaration, as convert: @escaping @Sendable (Value) -> Read?) {
    self.declaration = declaration
    read = { value in
      guard let value, let result = convert(value) else {
        preconditionFailure("\(declaration.name) is \(value?.source ?? "missing")")
      }
      return result
    }
  }

  /// An argument that may have none.
  init<Wrapped>(
    optional declaration: ArgumentDeclaration, as convert: @escaping @Sendable (Value) -> Wrapped?
  ) where Read == Wrapped? {
    self.declaration = declaration
    read = { value in
      guard let value, value != .none else { return nil }
      guard let result = convert(value) else {
        preconditionFailure("\(declaration.name) is \(value.source)")
      }
      return result
    }
  }
}

extension Value {
  var int: Int? {
    if case .int(let value) = self { value } else { nil }
  }

  var list: [Value] {
    if case .list(let values) = self { values } else { [self] }
  }

  var flag: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }
}
