import RecipeLanguage

extension VerbCall {
  /// The command as a recipe has it, with the arguments that were given and, where it has one, the name of
  /// its value.
  ///
  /// - Parameter other: what the value of an earlier command among them is called.
  func line(naming other: String? = nil) -> String {
    let texts = verb.arguments.compactMap { argument -> String? in
      guard let value = given[argument.name] else { return nil }
      let text = value.isReference ? other ?? "…" : value.source
      return argument.isPositional ? text : "\(argument.name): \(text)"
    }
    let command = texts.isEmpty ? verb.name : "\(verb.name) \(texts.joined(separator: ", "))"
    guard let valueName, !valueName.hasPrefix("_") else { return command }
    return "let \(valueName) = \(command)"
  }
}

extension Value {
  /// Whether it is what an earlier command gave, which no text stands for.
  fileprivate var isReference: Bool {
    if case .record(let record) = self { record.reference != nil } else { false }
  }
}
