import Diagnostics
import Glibc

/// The pure functions of language version 1.
package enum PureFunction: String, CaseIterable, Sendable {
  case min, max, mean, sum, len, round, abs, sqrt, log, exp, all, any, best, range

  /// How it is called, and one line about it.
  package var usage: (call: String, summary: String) {
    switch self {
    case .min: ("min(list) or min(a, b)", "the smallest")
    case .max: ("max(list) or max(a, b)", "the largest")
    case .mean: ("mean(list)", "the mean of numbers")
    case .sum: ("sum(list)", "the sum of numbers")
    case .len: ("len(list)", "how many elements, rows, fields or characters")
    case .round: ("round(x) or round(x, digits)", "the nearest number with that many decimals")
    case .abs: ("abs(x)", "the magnitude")
    case .sqrt: ("sqrt(x)", "the square root")
    case .log: ("log(x)", "the natural logarithm")
    case .exp: ("exp(x)", "e to the x")
    case .all: ("all(list)", "whether all are true")
    case .any: ("any(list)", "whether one is true")
    case .best:
      ("best(runs, by: field)", "the row whose field is smallest; highest: true for largest")
    case .range: ("range(a, b)", "whole numbers from a to b, both included")
    }
  }
}

extension Evaluator {
  func call(
    _ name: Name, _ arguments: [ArgumentSyntax], _ range: SourceRange
  ) throws(EvaluationError) -> Value {
    guard let function = PureFunction(rawValue: name.text) else {
      throw unknownFunction(name, range)
    }
    var positional: [Value] = []
    var named: [String: Value] = [:]
    for argument in arguments {
      guard let name = argument.name else {
        positional.append(try value(argument.value))
        continue
      }
      let column = name.text == "by" ? ArgumentType.column.words(of: argument.value) : nil
      named[name.text] = if let column { column } else { try value(argument.value) }
    }
    if function == .best { return try best(positional, named, range) }
    guard named.isEmpty, let result = Self.apply(function, positional) else {
      let given = arguments.isEmpty ? "nothing" : positional.map(\.typeName).joined(separator: ", ")
      throw EvaluationError(
        "E0507", "`\(name.text)` cannot work on \(given)", at: range,
        help: "it is called \(function.usage.call): \(function.usage.summary)")
    }
    return result
  }

  private func unknownFunction(_ name: Name, _ range: SourceRange) -> EvaluationError {
    if verbs.verb(named: name.text) != nil {
      return EvaluationError(
        "E0508", "`\(name.text)` is a command, not a function", at: range,
        help: "write it without parentheses: \(name.text) name: value")
    }
    return .unknownFunction(name)
  }

  /// nil if the function does not take such arguments.
  private static func apply(_ function: PureFunction, _ arguments: [Value]) -> Value? {
    switch function {
    case .min, .max, .mean, .sum: aggregate(function, arguments)
    case .all, .any: truths(function, arguments)
    case .len: arguments.count == 1 ? length(arguments[0]).map { .int($0) } : nil
    case .round: rounded(arguments)
    case .abs:
      if case .int(let value) = arguments.first, value != .min {
        .int(Swift.abs(value))
      } else {
        one(arguments) { Swift.abs($0) }
      }
    case .sqrt: one(arguments) { $0.squareRoot() }
    case .log: one(arguments) { naturalLogarithm($0) }
    case .exp: one(arguments) { exponential($0) }
    case .range, .best: integerRange(arguments)
    }
  }

  private static func one(_ arguments: [Value], _ body: (Double) -> Double) -> Value? {
    guard arguments.count == 1, let number = arguments[0].number else { return nil }
    return .float(body(number))
  }

  private static func aggregate(_ function: PureFunction, _ arguments: [Value]) -> Value? {
    var values = arguments
    if arguments.count == 1, case .list(let list) = arguments[0] { values = list }
    let numbers = values.compactMap(\.magnitude)
    let isPlain = values.allSatisfy { $0.number != nil }
    // sizes and durations have a smallest and a largest, of one kind
    let isOfOneKind = Set(values.map(\.typeName)).count == 1 && [.min, .max].contains(function)
    guard !numbers.isEmpty, numbers.count == values.count, isPlain || isOfOneKind else {
      return nil
    }
    // what is not a number is neither the smallest nor passed over
    if numbers.contains(where: \.isNaN) { return .float(.nan) }
    switch function {
    case .min: return zip(numbers, values).min { $0.0 < $1.0 }?.1
    case .max: return zip(numbers, values).max { $0.0 < $1.0 }?.1
    case .mean: return .float(numbers.reduce(0, +) / Double(numbers.count))
    default:
      let integers = values.compactMap { if case .int(let value) = $0 { value } else { nil } }
      var sum = 0
      for value in integers {
        let (next, overflow) = sum.addingReportingOverflow(value)
        if overflow { return .float(numbers.reduce(0, +)) }
        sum = next
      }
      return integers.count == values.count ? .int(sum) : .float(numbers.reduce(0, +))
    }
  }

  private static func truths(_ function: PureFunction, _ arguments: [Value]) -> Value? {
    guard arguments.count == 1, case .list(let list) = arguments[0] else { return nil }
    let flags = list.compactMap { if case .bool(let flag) = $0 { flag } else { nil } }
    guard flags.count == list.count else { return nil }
    return .bool(function == .all ? flags.allSatisfy { $0 } : flags.contains(true))
  }

  private static func length(_ value: Value) -> Int? {
    switch value {
    case .list(let list): list.count
    case .table(let table): table.rows.count
    case .record(let record): record.fields.count
    case .string(let text): text.count
    default: nil
    }
  }

  private static func rounded(_ arguments: [Value]) -> Value? {
    guard let number = arguments.first?.number, number.isFinite, arguments.count <= 2 else {
      return nil
    }
    guard arguments.count == 2 else {
      return Int(exactly: number.rounded()).map { .int($0) } ?? .float(number.rounded())
    }
    guard case .int(let digits) = arguments[1], (0...15).contains(digits) else { return nil }
    let power = pow(10, Double(digits))
    return .float((number * power).rounded() / power)
  }

  private static func integerRange(_ arguments: [Value]) -> Value? {
    guard arguments.count == 2, case .int(let first) = arguments[0],
      case .int(let last) = arguments[1], first <= last, last < .max,
      last.subtractingReportingOverflow(first).partialValue < 100_000,
      !last.subtractingReportingOverflow(first).overflow
    else { return nil }
    return .list((first...last).map { .int($0) })
  }

  /// The row of a table whose field is smallest (or largest); NaN never wins, and is told of.
  private func best(
    _ positional: [Value], _ named: [String: Value], _ range: SourceRange
  ) throws(EvaluationError) -> Value {
    guard positional.count == 1, case .table(let table) = positional[0],
      let column = named["by"]?.text
    else {
      throw EvaluationError(
        "E0507", "`best` needs a table of runs and a field to go by", at: range,
        help: "for example best(runs, by: perplexity)")
    }
    let sign = named["highest"] == .bool(true) ? -1.0 : 1.0
    let numbers = table.rows.compactMap { row in
      row.record[column]?.magnitude.map { (sign * $0, row) }
    }
    let scored = numbers.filter { !$0.0.isNaN }
    let undefined = numbers.filter { $0.0.isNaN }.map(\.1.label)
    guard let winner = scored.min(by: { $0.0 < $1.0 }) else {
      if !undefined.isEmpty {
        throw EvaluationError(
          EvaluationError.notANumberCode,
          "no run is best: the field `\(column)` is NaN in \(undefined.joined(separator: ", "))",
          at: range, help: "train with a smaller rate, or check the data and the model")
      }
      throw EvaluationError(
        "E0506", "no run has a number in the field `\(column)`", at: range,
        notes: ["its fields are \(table.columns.joined(separator: ", "))"],
        help: NearestName.question(for: column, among: table.columns))
    }
    if !undefined.isEmpty {
      onNotice(
        "best passes over \(undefined.joined(separator: ", ")): the field `\(column)` is NaN there")
    }
    var record = winner.1.record
    if record["name"] == nil { record["name"] = .string(winner.1.label) }
    return .record(record)
  }
}

private func naturalLogarithm(_ value: Double) -> Double { log(value) }

private func exponential(_ value: Double) -> Double { exp(value) }
