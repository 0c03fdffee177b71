/// The values of expressions.
extension JinjaInterpreter {
  mutating func value(
    of expression: JinjaExpression, in scope: JinjaScope
  ) throws(JinjaError) -> JinjaValue {
    try spend()
    return try deeper { interpreter throws(JinjaError) in
      try interpreter.evaluate(expression, in: scope)
    }
  }

  private mutating func evaluate(
    _ expression: JinjaExpression, in scope: JinjaScope
  ) throws(JinjaError) -> JinjaValue {
    let line = expression.line
    switch expression.kind {
    case .constant(let value): return value
    case .name(let name): return try variable(name, in: scope, line: line)
    case .list(let items):
      return try plain(.list(try values(of: items, in: scope)), line: line)
    case .tuple(let items):
      return try plain(.tuple(try values(of: items, in: scope)), line: line)
    case .dictionary(let members): return try dictionary(members, in: scope, line: line)
    case .negated(let operand): return .bool(!(try value(of: operand, in: scope)).isTrue)
    case .and(let left, let right):
      let value = try value(of: left, in: scope)
      return value.isTrue ? try self.value(of: right, in: scope) : value
    case .or(let left, let right):
      let value = try value(of: left, in: scope)
      return value.isTrue ? value : try self.value(of: right, in: scope)
    case .conditional(let condition, let then, let otherwise):
      if try value(of: condition, in: scope).isTrue { return try value(of: then, in: scope) }
      guard let otherwise else { return .undefined("the value of an if without else") }
      return try value(of: otherwise, in: scope)
    case .unary(let sign, let operand):
      return try signed(sign, try value(of: operand, in: scope), line: line)
    case .binary(let symbol, let left, let right):
      let left = try value(of: left, in: scope)
      return try binary(symbol, left, try value(of: right, in: scope), line: line)
    case .comparison(let first, let rest):
      return try comparison(first, rest, in: scope)
    case .concatenation(let parts):
      return try concatenated(try values(of: parts, in: scope), line: line)
    case .access(let access): return try value(of: access, in: scope, line: line)
    }
  }

  private mutating func value(
    of access: JinjaAccess, in scope: JinjaScope, line: Int
  ) throws(JinjaError) -> JinjaValue {
    switch access {
    case .attribute(let owner, let name):
      return try attribute(name, of: try value(of: owner, in: scope), line: line)
    case .item(let owner, let key):
      let owner = try value(of: owner, in: scope)
      return try item(try value(of: key, in: scope), of: owner, line: line)
    case .slice(let owner, let start, let end, let step):
      let owner = try value(of: owner, in: scope)
      func bound(_ part: JinjaExpression?) throws(JinjaError) -> Int? {
        guard let part else { return nil }
        switch try value(of: part, in: scope) {
        case .int(let number): return number
        case .none: return nil
        case let other: throw .evaluation(line: line, "\(other.typeName) bounds no slice")
        }
      }
      return try sliced(owner, try bound(start), try bound(end), try bound(step), line: line)
    case .call(let function, let arguments):
      return try call(try value(of: function, in: scope), arguments, in: scope, line: line)
    case .filter(let operand, let name, let arguments):
      let operand = try value(of: operand, in: scope)
      return try filter(
        name, operand, try evaluated(arguments, in: scope), line: line)
    case .test(let operand, let name, let arguments):
      let operand = try value(of: operand, in: scope)
      return .bool(
        try test(name, operand, try evaluated(arguments, in: scope), line: line))
    }
  }

  private mutating func values(
    of expressions: [JinjaExpression], in scope: JinjaScope
  ) throws(JinjaError) -> [JinjaValue] {
    var values: [JinjaValue] = []
    for expression in expressions { values.append(try value(of: expression, in: scope)) }
    return values
  }

  mutating func evaluated(
    _ arguments: JinjaArguments, in scope: JinjaScope
  ) throws(JinjaError) -> JinjaCall {
    var call = JinjaCall(positional: try values(of: arguments.positional, in: scope))
    for (name, argument) in arguments.named {
      call.named[name] = try value(of: argument, in: scope)
    }
    return call
  }

  private func variable(
    _ name: String, in scope: JinjaScope, line: Int
  ) throws(JinjaError) -> JinjaValue {
    if let value = scope[name] { return value }
    if Self.functions.contains(name) { return .callable(.function(name)) }
    if Self.unknownNames.contains(name) { throw .unsupported(line: line, "the name \(name)") }
    return .undefined(name)
  }

  private mutating func dictionary(
    _ members: [(key: JinjaExpression, value: JinjaExpression)], in scope: JinjaScope, line: Int
  ) throws(JinjaError) -> JinjaValue {
    var result = JinjaDictionary()
    for (key, expression) in members {
      guard let key = JinjaKey(try value(of: key, in: scope)) else {
        throw .unsupported(
          line: line, "a dict with keys that are neither strings nor whole numbers")
      }
      try spend(result.members.count / 8)
      result[key] = try value(of: expression, in: scope)
    }
    return try plain(.dictionary(result), line: line)
  }

  // MARK: Operators

  private func signed(
    _ sign: String, _ value: JinjaValue, line: Int
  ) throws(JinjaError) -> JinjaValue {
    guard let number = value.number else {
      throw .evaluation(line: line, "\(value.typeName) has no sign")
    }
    switch number {
    case .float(let value): return .float(sign == "-" ? -value : value)
    case .int(let value):
      let (result, overflows) =
        sign == "-" ? (0 as Int).subtractingReportingOverflow(value) : (value, false)
      if overflows { throw .limit("line \(line): a number is too large") }
      return .int(result)
    }
  }

  mutating func binary(
    _ symbol: String, _ left: JinjaValue, _ right: JinjaValue, line: Int
  ) throws(JinjaError) -> JinjaValue {
    if let left = left.number, let right = right.number {
      return try Self.arithmetic(symbol, left, right, line: line)
    }
    switch (symbol, left, right) {
    case ("+", .markup, .string), ("+", .string, .markup), ("+", .markup, .markup):
      // Text beside markup is written as HTML would have it.
      let text = Self.escaped(left) + Self.escaped(right)
      try make(bytes: text.utf8.count)
      return .markup(text)
    case ("+", .string(let left), .string(let right)):
      try make(bytes: left.utf8.count + right.utf8.count)
      return .string(left + right)
    case ("+", .list(let left), .list(let right)):
      try spend(left.count + right.count)
      return .list(left + right)
    case ("*", .string(let text), .int(let count)), ("*", .int(let count), .string(let text)):
      let times = max(0, count)
      let (bytes, overflows) = text.utf8.count.multipliedReportingOverflow(by: times)
      try make(bytes: overflows ? .max : bytes)
      return .string(String(repeating: text, count: times))
    case ("%", .string, _): throw .unsupported(line: line, "formatting with %")
    case (_, .undefined(let name), _), (_, _, .undefined(let name)):
      throw .evaluation(line: line, "\(name) is undefined")
    default:
      throw .evaluation(
        line: line, "there is no \(symbol) of \(left.typeName) and \(right.typeName)")
    }
  }

  private static func arithmetic(
    _ symbol: String, _ left: JinjaNumber, _ right: JinjaNumber, line: Int
  ) throws(JinjaError) -> JinjaValue {
    let isZero = right.double == 0
    if isZero, ["/", "//", "%"].contains(symbol) {
      throw .evaluation(line: line, "a number is divided by zero")
    }
    guard case (.int(let left), .int(let right)) = (left, right), symbol != "/" else {
      let (left, right) = (left.double, right.double)
      switch symbol {
      case "+": return .float(left + right)
      case "-": return .float(left - right)
      case "*": return .float(left * right)
      case "/": return .float(left / right)
      case "//": return .float((left / right).rounded(.down))
      default:
        // Python's remainder has the divisor's sign.
        let rest = left.truncatingRemainder(dividingBy: right)
        return .float(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest)
      }
    }
    let (result, overflows) =
      switch symbol {
      case "+": left.addingReportingOverflow(right)
      case "-": left.subtractingReportingOverflow(right)
      case "*": left.multipliedReportingOverflow(by: right)
      case "//": floorDivided(left, right)
      default: remainder(left, right)
      }
    if overflows { throw .limit("line \(line): a number is too large") }
    return .int(result)
  }

  /// Python rounds quotients down, so that a remainder has the divisor's sign.
  private static func floorDivided(_ left: Int, _ right: Int) -> (Int, Bool) {
    let (quotient, overflows) = left.dividedReportingOverflow(by: right)
    if overflows { return (0, true) }
    return (left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient, false)
  }

  private static func remainder(_ left: Int, _ right: Int) -> (Int, Bool) {
    let (rest, overflows) = left.remainderReportingOverflow(dividingBy: right)
    if overflows { return (0, false) }
    return (rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest, false)
  }

  private mutating func comparison(
    _ first: JinjaExpression, _ rest: [(symbol: String, right: JinjaExpression)],
    in scope: JinjaScope
  ) throws(JinjaError) -> JinjaValue {
    var left = try value(of: first, in: scope)
    for (symbol, expression) in rest {
      let right = try value(of: expression, in: scope)
      guard try compare(symbol, left, right, line: expression.line) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  mutating func compare(
    _ symbol: String, _ left: JinjaValue, _ right: JinjaValue, line: Int
  ) throws(JinjaError) -> Bool {
    switch symbol {
    case "==": return JinjaValue.equal(left, right)
    case "!=": return !JinjaValue.equal(left, right)
    case "in": return try contains(right, left, line: line)
    case "not in": return !(try contains(right, left, line: line))
    default: break
    }
    guard let order = Self.order(left, right) else {
      if left.number?.double.isNaN == true || right.number?.double.isNaN == true { return false }
      throw .evaluation(
        line: line, "\(left.typeName) and \(right.typeName) have no order")
    }
    switch symbol {
    case "<": return order < 0
    case "<=": return order <= 0
    case ">": return order > 0
    default: return order >= 0
    }
  }

  /// Below 0 if the left value comes first, 0 for equal ones; nil if Python has no order for them.
  static func order(_ left: JinjaValue, _ right: JinjaValue) -> Int? {
    if let left = left.number, let right = right.number {
      if case (.int(let left), .int(let right)) = (left, right) {
        return left < right ? -1 : left > right ? 1 : 0
      }
      let (left, right) = (left.double, right.double)
      return left < right ? -1 : left > right ? 1 : left == right ? 0 : nil
    }
    switch (left, right) {
    case (.string(let left), .string(let right)):
      // The order of UTF-8 is that of code points.
      if left.utf8.elementsEqual(right.utf8) { return 0 }
      return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (left, right) in zip(left, right) where !JinjaValue.equal(left, right) {
        return order(left, right)
      }
      return left.count - right.count
    default: return nil
    }
  }

  private mutating func contains(
    _ whole: JinjaValue, _ part: JinjaValue, line: Int
  ) throws(JinjaError) -> Bool {
    switch (whole, part) {
    case (.string(let text), .string(let part)):
      try spend(text.utf8.count / 64)
      return PythonText.contains(text, part)
    case (.string(let text), .markup(let part)): return PythonText.contains(text, part)
    case (.string, _):
      throw .evaluation(line: line, "\(part.typeName) cannot stand in a string")
    case (.dictionary(let members), _):
      return JinjaKey(part).flatMap { members[$0] } != nil
    default:
      let items = try elements(of: whole, line: line)
      return items.contains { JinjaValue.equal($0, part) }
    }
  }

  /// A text as markup has it: characters that mean something in HTML by their names.
  static func escaped(_ value: JinjaValue) -> String {
    guard case .string(let text) = value else {
      if case .markup(let text) = value { return text }
      return ""
    }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "'": result += "&#39;"
      case "\"": result += "&#34;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  mutating func concatenated(
    _ parts: [JinjaValue], line: Int
  ) throws(JinjaError) -> JinjaValue {
    var result = ""
    for part in parts {
      let text = try text(of: part, line: line)
      try make(bytes: result.utf8.count + text.utf8.count)
      result += text
    }
    return .string(result)
  }
}

/// Arguments with their values.
struct JinjaCall {
  var positional: [JinjaValue] = []
  var named = JinjaDictionary()

  var isEmpty: Bool { count == 0 }
  var count: Int { positional.count + named.members.count }

  /// The argument at a place, or of a name.
  func value(_ place: Int, _ name: String) -> JinjaValue? {
    place < positional.count ? positional[place] : named[name]
  }
}
