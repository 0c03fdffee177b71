import Diagnostics
import RecipeLanguage
import Sessions

/// The names bound in a session or a recipe. Names are bound once; a `for` block binds in a scope of
/// its own.
package struct Environment: Sendable {
  package struct Binding: Sendable {
    package let value: Value
    /// The cell that bound it.
    package let cell: Int
    /// Whether the prompt bound it, not a cell.
    var isPrompts = false
  }

  private var bindings: [String: Binding] = [:]

  package init() {}

  package subscript(name: String) -> Value? { bindings[name]?.value }

  package var names: [String] { bindings.keys.sorted() }

  package func binding(_ name: String) -> Binding? { bindings[name] }

  package mutating func bind(
    _ name: String, to value: Value, cell: Int, isPrompts: Bool = false
  ) {
    bindings[name] = Binding(value: value, cell: cell, isPrompts: isPrompts)
  }
}
