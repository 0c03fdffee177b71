import Diagnostics

/// The names that a place of a recipe can see.
struct Scope {
  struct Binding {
    let type: StaticType
    /// All values that the name can have, where that is known before running.
    let values: [Value]?
    /// Where it was bound; nil for names of the session.
    let place: Label?
    /// The field by which `best` chose it.
    var chosenBy: String?
    /// The values of an enclosing loop, which differ between runs.
    var isLoopVariable = false
  }

  private(set) var bindings: [String: Binding] = [:]

  subscript(name: String) -> Binding? { bindings[name] }

  var names: [String] { bindings.keys.sorted() }

  mutating func bind(_ name: String, _ binding: Binding) {
    bindings[name] = binding
  }
}
