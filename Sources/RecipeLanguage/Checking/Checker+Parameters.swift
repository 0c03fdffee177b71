import Diagnostics

/// The types that a parameter can have.
package enum ParameterType {
  package static let names = [
    "int", "float", "bool", "string", "percent", "duration", "size", "word", "model", "path",
  ]

  /// What other languages call them.
  package static let foreignNames = [
    "boolean": "bool", "double": "float", "file": "path", "integer": "int", "number": "float",
    "percentage": "percent", "str": "string", "text": "string", "time": "duration",
  ]

  /// A value converted to a type: int to float, percent to float and words of a choice as they are;
  /// nil if it does not fit.
  package static func convert(_ value: Value, to type: TypeExpression) -> Value? {
    switch type {
    case .named(let name): convert(value, toNamed: name.text)
    case .list(let element, _):
      if case .list(let values) = value {
        whole(values.map { convert($0, to: element) }, values.count)
      } else {
        nil
      }
    case .choice(let choices, _): choices.contains { value.matches($0) } ? value : nil
    }
  }

  private static func whole(_ values: [Value?], _ count: Int) -> Value? {
    let converted = values.compactMap { $0 }
    return converted.count == count ? .list(converted) : nil
  }

  private static func convert(_ value: Value, toNamed name: String) -> Value? {
    switch (name, value) {
    case ("float", .int), ("float", .percent): value.number.map { .float($0) }
    case ("int", .int), ("float", .float), ("bool", .bool), ("percent", .percent),
      ("duration", .duration), ("size", .size), ("string", .string), ("word", .word),
      ("model", .string), ("path", .string):
      value
    default: nil
    }
  }
}

extension Value {
  /// Whether a literal of a `one of` list means this value.
  fileprivate func matches(_ choice: Expression) -> Bool {
    switch choice.kind {
    case .name(let word): text == word
    case .string(let literal): text == literal.plainText
    case .integer(let number): self.number == Double(number)
    case .float(let number), .percent(let number): self.number == number
    default: false
    }
  }
}

extension Checker {
  mutating func checkParameter(_ parameter: Parameter) {
    let count = diagnostics.count
    checkType(parameter.type)
    let isTypeKnown = diagnostics.count == count
    var value: Value?
    if let expression = parameter.defaultValue {
      let type = type(of: expression)
      value = possibleValues(of: expression)?.values.first
      if isTypeKnown, let given = value, ParameterType.convert(given, to: parameter.type) == nil {
        report(
          EvaluationError(
            "E0306", "the default of `\(parameter.name.text)` is not of its type",
            at: expression.range, label: "this is \(type.name.withArticle)",
            notes: ["the type is \(source.text(in: parameter.type.range))"]))
        value = nil
      }
    }
    let override = context.overrides[parameter.name.text]
    if parameter.defaultValue == nil, override == nil {
      report(
        EvaluationError(
          "E0210", "the parameter `\(parameter.name.text)` has no value",
          at: parameter.name.range, label: "it has no default",
          help: "give one: --set \(parameter.name.text)=…"))
    }
    value = (override ?? value).flatMap { ParameterType.convert($0, to: parameter.type) }
    let type = value.map { StaticType(of: $0) } ?? .unknown
    bind(parameter.name, Scope.Binding(type: type, values: value.map { [$0] }, place: nil))
    if let condition = parameter.condition { checkCondition(condition, of: parameter, value) }
  }

  private mutating func checkCondition(
    _ condition: Expression, of parameter: Parameter, _ value: Value?
  ) {
    let wasUsed = usedNames.contains(parameter.name.text)
    _ = type(of: condition)
    if !wasUsed { usedNames.remove(parameter.name.text) }
    guard let value, possibleValues(of: condition)?.values == [.bool(false)] else { return }
    report(
      EvaluationError(
        "E0211", "\(parameter.name.text) = \(value.source) is outside its limits",
        at: condition.range, label: "this does not hold"))
  }

  private mutating func checkType(_ type: TypeExpression) {
    switch type {
    case .list(let element, _): checkType(element)
    case .choice: break
    case .named(let name):
      guard !ParameterType.names.contains(name.text) else { return }
      report(
        EvaluationError(
          unknown: name, "E0305", "there is no type `\(name.text)`", label: "not a type",
          title: "the types, alone or in a list such as `[int]`, are", among: ParameterType.names,
          habits: ParameterType.foreignNames))
    }
  }
}
