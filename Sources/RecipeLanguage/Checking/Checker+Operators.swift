import Diagnostics

extension Checker {
  mutating func type(of sign: UnaryOperator, _ operand: Expression) -> StaticType {
    let type = type(of: operand)
    if type == .unknown { return sign == .not ? .bool : .unknown }
    let fits = sign == .not ? type == .bool : type.quantity != nil
    if !fits {
      report(
        EvaluationError(
          "E0502", "`\(sign.rawValue)` does not apply to \(type.name.withArticle)",
          at: operand.range,
          label: sign == .not ? "this should be true or false" : "this should be a number"))
      return .unknown
    }
    return type
  }

  mutating func type(
    of sign: BinaryOperator, _ left: Expression, _ right: Expression
  ) -> StaticType {
    switch sign {
    case .and, .or:
      for side in [left, right] { checkTruth(of: side, under: sign) }
      return .bool
    case .equal, .notEqual:
      // A word that the other side may give, such as `reply.stop_reason == end_of_turn`.
      if !isBareWord(left) { _ = type(of: left) }
      if !isBareWord(right) { _ = type(of: right) }
      return .bool
    case .contained:
      _ = type(of: left)
      let list = type(of: right)
      if case .list = list { return .bool }
      if list != .unknown {
        report(
          EvaluationError(
            "E0502", "`in` needs a list or a range on its right, not \(list.name.withArticle)",
            at: right.range))
      }
      return .bool
    default:
      return type(ofNumbers: sign, left, right)
    }
  }

  private mutating func checkTruth(of side: Expression, under sign: BinaryOperator) {
    let type = type(of: side)
    guard type != .bool, type != .unknown else { return }
    report(
      EvaluationError(
        "E0502", "`\(sign.rawValue)` joins conditions, and this is \(type.name.withArticle)",
        at: side.range, label: "this should be true or false"))
  }

  private func isBareWord(_ expression: Expression) -> Bool {
    if case .name(let name) = expression.kind { isUnboundName(name) } else { false }
  }

  private mutating func type(
    ofNumbers sign: BinaryOperator, _ left: Expression, _ right: Expression
  ) -> StaticType {
    let (first, second) = (type(of: left), type(of: right))
    let result: StaticType = sign.isComparison ? .bool : sum(sign, first, second)
    if first == .unknown || second == .unknown { return result }
    if sign == .plus, first == .string, second == .string { return .string }
    if sign == .plus, case .list = first, case .list = second { return first }
    let fits: Bool
    switch (first.quantity, second.quantity) {
    case (let a?, let b?):
      let scales = sign == .times || sign == .divided
      fits = a == b || scales && (a == "number" || b == "number")
    default: fits = false
    }
    if fits { return result }
    if first.quantity != nil, second.quantity != nil {
      report(.differentQuantities(sign, first, second, at: right.range))
      return .unknown
    }
    let isLeft = first.quantity == nil
    let (type, side) = isLeft ? (first, left) : (second, right)
    let rule = sign.isComparison ? "compares numbers" : "needs two numbers"
    report(
      EvaluationError(
        "E0502", "`\(sign.rawValue)` \(rule), and this is \(type.name.withArticle)", at: side.range,
        notes: [
          "the left side is \(first.name.withArticle), the right side \(second.name.withArticle)"
        ],
        help: fieldHint(type, side)))
    return .unknown
  }

  private func sum(
    _ sign: BinaryOperator, _ first: StaticType, _ second: StaticType
  ) -> StaticType {
    if first == .int, second == .int, sign != .divided { return .int }
    if first == .duration, second == .duration { return sign == .divided ? .float : .duration }
    if first.isNumber, second.isNumber { return .float }
    return .unknown
  }

  private func fieldHint(_ type: StaticType, _ side: Expression) -> String? {
    guard case .record(let fields, _) = type, case .name(let name) = side.kind,
      let field = fields.first(where: { context.verbs.figures.contains($0.name) })
    else { return nil }
    return "did you mean `\(name).\(field.name)`?"
  }
}
