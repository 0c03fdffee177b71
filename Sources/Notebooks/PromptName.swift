import RecipeLanguage

/// The names that the prompt gives to values: `_` for the last one, `_3` and `out[3]` for that of
/// cell 3. They mean nothing in a recipe.
package enum PromptName {
  /// The list of all values; what a cell without a value left is `none`.
  static let list = "out"

  /// Whether a binding is the prompt's own.
  package static func isPromptName(_ name: String) -> Bool {
    name == list || name.first == "_" && name.dropFirst().allSatisfy(\.isNumber)
  }

  /// The cell that `_3` means; nil for every other name.
  static func cell(of name: String) -> Int? {
    guard name.first == "_", name.count > 1 else { return nil }
    return Int(name.dropFirst())
  }
}

extension Environment {
  /// Makes a value known as `_`, as `_n` and as `out[n]`.
  mutating func keep(_ value: Value, ofCell cell: Int) {
    bind("_", to: value, cell: cell)
    bind("_\(cell)", to: value, cell: cell)
    var values: [Value] = []
    if let binding = binding(PromptName.list) {
      guard case .list(let list) = binding.value, binding.isPrompts else { return }
      values = list
    }
    while values.count <= cell { values.append(.none) }
    values[cell] = value
    bind(PromptName.list, to: .list(values), cell: cell, isPrompts: true)
  }
}
