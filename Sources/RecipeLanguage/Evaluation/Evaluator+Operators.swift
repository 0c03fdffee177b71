import Diagnostics

extension Evaluator {
  func unary(_ sign: UnaryOperator, _ operand: Expression) throws(EvaluationError) -> Value {
    let value = try value(operand)
    switch (sign, value) {
    case (.not, .bool(let flag)): return .bool(!flag)
    case (.minus, .int(let number)) where number != .min: return .int(-number)
    case (.minus, .float(let number)): return .float(-number)
    case (.minus, .percent(let number)): return .percent(-number)
    case (.minus, .duration(let seconds)): return .duration(-seconds)
    default:
      throw EvaluationError(
        "E0502", "`\(sign.rawValue)` does not apply to \(described(value, operand))",
        at: operand.range,
        label: sign == .not ? "this should be true or false" : "this should be a number")
    }
  }

  func binary(
    _ sign: BinaryOperator, _ left: Expression, _ right: Expression
  ) throws(EvaluationError) -> Value {
    switch sign {
    case .and, .or:
      let first = try truth(left)
      if first == (sign == .or) { return .bool(first) }
      return .bool(try truth(right))
    case .contained:
      return .bool(try contains(right, value(left)))
    default:
      let (first, second) = (try value(left), try value(right))
      if sign.isComparison { return .bool(try compare(sign, first, second, left, right)) }
      return try arithmetic(sign, first, second, left, right)
    }
  }

  /// The truth of a condition.
  package func truth(_ expression: Expression) throws(EvaluationError) -> Bool {
    let value = try value(expression)
    if case .bool(let flag) = value { return flag }
    throw EvaluationError(
      "E0502", "a condition is true or false, and this is \(described(value, expression))",
      at: expression.range, label: "compare it with something, for example `< 3`")
  }

  /// A condition with what stood on its sides, for whoever tells why it does not hold.
  package struct Claim {
    package let holds: Bool
    package let sides: [(expression: Expression, value: Value)]
  }

  /// Evaluates a condition, each side once: a command in it does not run again only to be shown.
  package func claim(_ condition: Expression) throws(EvaluationError) -> Claim {
    guard case .binary(let sign, let left, let right, _) = condition.kind,
      sign.isComparison || sign == .contained
    else { return Claim(holds: try truth(condition), sides: []) }
    let first = try value(left)
    if sign == .contained {
      return Claim(holds: try contains(right, first), sides: [(left, first)])
    }
    let second = try value(right)
    return Claim(
      holds: try compare(sign, first, second, left, right), sides: [(left, first), (right, second)])
  }

  private func contains(_ list: Expression, _ element: Value) throws(EvaluationError) -> Bool {
    if element.isNaN { throw .notANumber(at: list.range, "a list or a range") }
    if case .range(let lower, let upper, let isClosed) = list.kind,
      let number = element.magnitude
    {
      let (first, last) = (try value(lower), try value(upper))
      if let start = first.magnitude, let end = last.magnitude,
        Self.unit(first) == Self.unit(element), Self.unit(last) == Self.unit(element)
      {
        return number >= start && (isClosed ? number <= end : number < end)
      }
    }
    let value = try value(list)
    guard case .list(let elements) = value else {
      throw EvaluationError(
        "E0502", "`in` needs a list or a range on its right, not \(described(value, list))",
        at: list.range)
    }
    return elements.contains { Self.equal($0, element) }
  }

  /// Equality with int, float and percent as numbers, and words as their text.
  static func equal(_ left: Value, _ right: Value) -> Bool {
    if let first = left.number, let second = right.number { return first == second }
    if let first = left.text, let second = right.text { return first == second }
    return left == right
  }

  private func compare(
    _ sign: BinaryOperator, _ first: Value, _ second: Value, _ left: Expression,
    _ right: Expression
  ) throws(EvaluationError) -> Bool {
    if first.isNaN { throw .notANumber(at: left.range, "anything") }
    if second.isNaN { throw .notANumber(at: right.range, "anything") }
    if sign == .equal || sign == .notEqual {
      return Self.equal(first, second) == (sign == .equal)
    }
    switch (first.magnitude, second.magnitude) {
    case (let a?, let b?) where Self.unit(first) == Self.unit(second):
      return switch sign {
      case .less: a < b
      case .lessOrEqual: a <= b
      case .greater: a > b
      default: a >= b
      }
    default:
      throw mismatch(sign, "compares numbers", first, second, left, right)
    }
  }

  private static func unit(_ value: Value) -> String {
    switch value {
    case .duration, .size: value.typeName
    default: "number"
    }
  }

  private func arithmetic(
    _ sign: BinaryOperator, _ first: Value, _ second: Value, _ left: Expression,
    _ right: Expression
  ) throws(EvaluationError) -> Value {
    switch (sign, first, second) {
    case (.divided, _, _) where second.magnitude == 0:
      throw EvaluationError(
        "E0503", "this divides by zero", at: right.range, label: "this is 0")
    case (_, .int(let a), .int(let b)) where sign != .divided || b != -1 && a % b == 0:
      return try whole(sign, a, b, at: left.range.union(right.range))
    case (.plus, .string(let a), .string(let b)):
      return try bounded(.string(a + b), at: left.range.union(right.range))
    case (.plus, .list(let a), .list(let b)):
      return try bounded(.list(a + b), at: left.range.union(right.range))
    case (.plus, .duration(let a), .duration(let b)): return .duration(a + b)
    case (.minus, .duration(let a), .duration(let b)): return .duration(a - b)
    case (.divided, .duration(let a), .duration(let b)): return .float(a / b)
    case (.times, .duration(let a), _) where second.number != nil:
      return .duration(a * (second.number ?? 1))
    case (.times, _, .duration(let b)) where first.number != nil:
      return .duration(b * (first.number ?? 1))
    case (.divided, .duration(let a), _) where second.number != nil:
      return .duration(a / (second.number ?? 1))
    case (.divided, .size(let a), .size(let b)): return .float(Double(a) / Double(b))
    default:
      guard let a = first.number, let b = second.number else {
        throw mismatch(sign, "needs two numbers", first, second, left, right)
      }
      switch sign {
      case .plus: return .float(a + b)
      case .minus: return .float(a - b)
      case .times: return .float(a * b)
      default: return .float(a / b)
      }
    }
  }

  private func whole(
    _ sign: BinaryOperator, _ a: Int, _ b: Int, at range: SourceRange
  ) throws(EvaluationError) -> Value {
    let result =
      switch sign {
      case .plus: a.addingReportingOverflow(b)
      case .minus: a.subtractingReportingOverflow(b)
      case .times: a.multipliedReportingOverflow(by: b)
      default: a.dividedReportingOverflow(by: b)
      }
    if !result.overflow { return .int(result.partialValue) }
    throw EvaluationError(
      "E0504", "the result is too large for a whole number", at: range,
      help: "write one of the numbers with a decimal point")
  }

  private func mismatch(
    _ sign: BinaryOperator, _ rule: String, _ first: Value, _ second: Value, _ left: Expression,
    _ right: Expression
  ) -> EvaluationError {
    if first.magnitude != nil, second.magnitude != nil {
      return .differentQuantities(
        sign, StaticType(of: first), StaticType(of: second), at: right.range)
    }
    let isLeft = first.magnitude == nil
    let (value, expression) = isLeft ? (first, left) : (second, right)
    return EvaluationError(
      "E0502", "`\(sign.rawValue)` \(rule), and this is \(described(value, expression))",
      at: expression.range,
      notes: [
        "the left side is \(first.typeName.withArticle), the right side \(second.typeName.withArticle)"
      ])
  }

  /// A value for a message: a word that is no variable is most likely a misspelt one.
  func described(_ value: Value, _ expression: Expression) -> String {
    if case .word(let word) = value, case .name = expression.kind {
      return "the word `\(word)`, which is not defined as a variable"
    }
    return "\(value.typeName.withArticle)"
  }
}
