import Diagnostics

/// Gives expressions their values. Names and commands are asked of whoever runs the recipe.
package struct Evaluator {
  /// The commands that there are, for those who write one where a value belongs.
  let verbs: VerbCatalog
  /// The value of a variable; nil if there is none of that name.
  package let variable: (String) -> Value?
  /// Runs a command that stands in parentheses.
  package let run: (Command) throws(EvaluationError) -> Value

  /// Told what should be known of a value that is given all the same.
  package var onNotice: (String) -> Void = { _ in }

  package init(
    verbs: VerbCatalog, variable: @escaping (String) -> Value?,
    run: @escaping (Command) throws(EvaluationError) -> Value
  ) {
    self.verbs = verbs
    self.variable = variable
    self.run = run
  }

  package func value(_ expression: Expression) throws(EvaluationError) -> Value {
    switch expression.kind {
    case .integer(let value): .int(value)
    case .float(let value): .float(value)
    case .percent(let value): .percent(value)
    case .duration(let value): .duration(value)
    case .size(let value): .size(value)
    case .boolean(let value): .bool(value)
    case .none: .none
    case .string(let literal): try bounded(.string(text(literal)), at: expression.range)
    case .text(let text): .string(text)
    case .name(let name): variable(name) ?? .word(name)
    case .call(let name, let arguments): try call(name, arguments, expression.range)
    case .list(let elements): try bounded(.list(values(elements)), at: expression.range)
    case .record(let fields): try bounded(.record(record(fields)), at: expression.range)
    case .command(let command): try run(command)
    case .unary(let sign, let operand): try unary(sign, operand)
    case .binary(let sign, let left, let right, _): try binary(sign, left, right)
    case .field(let base, let name): try field(of: value(base), base, name)
    case .index(let base, let index): try element(of: base, index)
    case .range(let lower, let upper, let isClosed):
      .list(try integers(lower, upper, isClosed, expression.range).map { .int($0) })
    }
  }

  private func values(_ expressions: [Expression]) throws(EvaluationError) -> [Value] {
    var values: [Value] = []
    for expression in expressions { values.append(try value(expression)) }
    return values
  }

  private func record(_ fields: [Expression.Field]) throws(EvaluationError) -> Record {
    var record = Record()
    for field in fields { record[field.name.text] = try value(field.value) }
    return record
  }

  /// The text of a literal with its `{name.field}` parts filled in.
  package func text(_ literal: StringLiteral) throws(EvaluationError) -> String {
    var result = ""
    for segment in literal.segments {
      switch segment {
      case .text(let text): result += text
      case .interpolation(let path):
        guard let first = path.first else { continue }
        guard var value = variable(first.text) else {
          throw EvaluationError(
            "E0501", "`\(first.text)` is not defined", at: first.range,
            label: "no variable of this name",
            help: "write {{ and }} for braces that are text, or define it: let \(first.text) = …")
        }
        for (name, parent) in zip(path.dropFirst(), path) {
          value = try field(of: value, named: name, parent: parent)
        }
        result += value.interpolated
        if result.utf8.count > ValueLimits.bytes { return result }
      }
    }
    return result
  }

  private func field(
    of value: Value, _ base: Expression, _ name: Name
  ) throws(EvaluationError) -> Value {
    let parent = if case .name(let text) = base.kind { text } else { "this value" }
    return try field(of: value, named: name, parent: Name(text: parent, range: base.range))
  }

  private func field(
    of value: Value, named name: Name, parent: Name
  ) throws(EvaluationError) -> Value {
    let names: [String]
    switch value {
    case .record(let record):
      if let field = record[name.text] { return field }
      names = record.names
    case .table(let table):
      if table.columns.contains(name.text) { return .list(table.column(name.text)) }
      if name.text == "name" { return .list(table.rows.map { .string($0.label) }) }
      names = table.columns
    case .word(let word):
      throw EvaluationError(
        "E0501", "`\(word)` is not defined", at: parent.range, label: "no variable of this name",
        help: verbs.verb(named: word) == nil
          ? "define it first: let \(word) = …"
          : "to use a command inside an expression write (\(word)).\(name.text)")
    default:
      throw EvaluationError(
        "E0506",
        "\(parent.text) is \(value.typeName.withArticle) and has no fields",
        at: name.range, label: "only records and tables have fields")
    }
    throw EvaluationError.unknownField(name, of: parent.text, among: names)
  }

  private func element(
    of base: Expression, _ index: Expression
  ) throws(EvaluationError) -> Value {
    let container = try value(base)
    let key = try value(index)
    switch (container, key) {
    case (.list(let list), .int(let position)):
      if list.indices.contains(position) { return list[position] }
      throw EvaluationError(
        "E0505", "the list has \(list.count) elements, so there is none at \(position)",
        at: index.range, label: "positions count from 0")
    case (.record(let record), .string(let name)), (.record(let record), .word(let name)):
      return try field(
        of: .record(record), named: Name(text: name, range: index.range),
        parent: Name(text: "the record", range: base.range))
    case (.table(let table), .string(let label)), (.table(let table), .word(let label)):
      if let row = table.row(label) { return .record(row.record) }
      throw EvaluationError(
        "E0505", "the table has no row \"\(label)\"", at: index.range, label: "no such row",
        notes: ["its rows are \(table.rows.map(\.label).joined(separator: ", "))"],
        help: NearestName.question(for: label, among: table.rows.map(\.label)))
    case (.table(let table), .int(let position)) where table.rows.indices.contains(position):
      return .record(table.rows[position].record)
    default:
      throw EvaluationError(
        "E0502",
        "\(container.typeName.withArticle) cannot be indexed by \(key.typeName.withArticle)",
        at: index.range,
        label: "lists take a position, records and tables a name in quotes")
    }
  }

  /// The most elements that a range may have as a list.
  private static let largestRange = 100_000

  private func integers(
    _ lower: Expression, _ upper: Expression, _ isClosed: Bool, _ range: SourceRange
  ) throws(EvaluationError) -> Range<Int> {
    let (first, last) = (try value(lower), try value(upper))
    guard case .int(let start) = first, case .int(let end) = last else {
      throw EvaluationError(
        "E0502", "a range goes from an int to an int", at: range,
        label: "this one goes from \(first.typeName) to \(last.typeName)")
    }
    let (bound, overflow) = end.addingReportingOverflow(isClosed ? 1 : 0)
    let (count, tooFar) = bound.subtractingReportingOverflow(start)
    guard !overflow, !tooFar, count <= Self.largestRange else {
      throw EvaluationError(
        "E0504", "the range has more than \(Self.largestRange) elements", at: range)
    }
    return start..<max(start, bound)
  }
}
