import RecipeLanguage

/// Arguments as the types that verbs work with. The interpreter has checked types and ranges; what is
/// missing comes back as nil.
extension VerbCall {
  func int(_ name: String) -> Int? {
    if case .int(let value)? = arguments[name] { value } else { nil }
  }

  func number(_ name: String) -> Double? { arguments[name]?.number }

  func bool(_ name: String) -> Bool? {
    if case .bool(let value)? = arguments[name] { value } else { nil }
  }

  /// A string or a word.
  func text(_ name: String) -> String? { arguments[name]?.text }

  func duration(_ name: String) -> Double? {
    if case .duration(let seconds)? = arguments[name] { seconds } else { nil }
  }

  func list(_ name: String) -> [Value]? {
    switch arguments[name] {
    case .list(let values)?: values
    case nil, .some(.none): nil
    case let value?: [value]
    }
  }

  /// One word or several as a list.
  func words(_ name: String) -> [String]? { list(name)?.compactMap(\.text) }

  func record(_ name: String) -> Record? {
    if case .record(let record)? = arguments[name] { record } else { nil }
  }
}
