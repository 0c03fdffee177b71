import RecipeLanguage

package enum Compare: Verb {
  package static let values = Argument.requiredValue(
    "values", .any, "a table of runs, or a list of results")
  package static let sort = Argument.column("sort", "the column to sort by, smallest first")
  package static let columns = Argument.columns("columns", "the columns to show")
  package static let baseline = Argument.text(
    "baseline", "the label of the row that others are measured by")

  package static let declaration = VerbDeclaration(
    "compare", "puts runs or results side by side",
    arguments: [values, sort, columns, baseline],
    fields: [FieldDeclaration("table", "table", "the rows")],
    examples: ["compare [{loss: 2}, {loss: 1}]"], related: ["eval", "show"],
    details: """
      Results are comparable that were measured on the same rows. With a baseline each figure has \
      its ratio to the baseline's beside it: below 1 is smaller.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.compare(call)
  }
}

extension Session {
  func compare(_ call: VerbCall) throws(VerbFailure) -> Value {
    var rows = try rows(call[Compare.values])
    if let column = call[Compare.sort] {
      try require(column, in: rows, argument: Compare.sort)
      rows = rows.enumerated().sorted { left, right in
        let (a, b) = (sortKey(left.element, column), sortKey(right.element, column))
        return (a.isLast ? 1 : 0, a.key, left.offset) < (b.isLast ? 1 : 0, b.key, right.offset)
      }.map(\.element)
    }
    if let label = call[Compare.baseline] { rows = try measured(rows, by: label) }
    if let columns = call[Compare.columns] {
      for column in columns { try require(column, in: rows, argument: Compare.columns) }
      rows = rows.map { row in
        Table.Row(
          label: row.label, record: Record(columns.map { ($0, row.record[$0] ?? .none) }))
      }
    }
    return .table(Table(rows: rows))
  }

  private func rows(_ value: Value) throws(VerbFailure) -> [Table.Row] {
    switch value {
    case .table(let table): return table.rows
    case .record(let record):
      let parts = record.fields.compactMap { field -> Table.Row? in
        guard case .record(let record) = field.value else { return nil }
        return Table.Row(label: field.name, record: record)
      }
      if parts.count == record.fields.count, !parts.isEmpty { return parts }
    case .list(let values):
      let records = values.enumerated().compactMap { index, value -> Table.Row? in
        guard case .record(let record) = value else { return nil }
        return Table.Row(label: record["name"]?.text ?? "\(index + 1)", record: record)
      }
      if records.count == values.count, !records.isEmpty { return records }
    default: break
    }
    throw VerbFailure(
      "E0419", "`compare` needs runs or results, not \(value.typeName.withArticle)",
      argument: Compare.values,
      help: "give a table from `for`, or results by name: compare {base: base, tuned: tuned}")
  }

  private func require(
    _ column: String, in rows: [Table.Row], argument: any DeclaredArgument
  ) throws(VerbFailure) {
    let columns = Table(rows: rows).columns
    if columns.contains(column) { return }
    throw VerbFailure(
      "E0420", "there is no column `\(column)`", argument: argument,
      notes: ["the columns are \(columns.joined(separator: ", "))"])
  }

  /// Rows without a number, or with NaN, come last.
  private func sortKey(_ row: Table.Row, _ column: String) -> (isLast: Bool, key: Double) {
    guard let key = row.record[column]?.magnitude, !key.isNaN else { return (true, 0) }
    return (false, key)
  }

  /// Adds to each figure its ratio to that of the baseline; counts, times and sizes have none.
  private func measured(_ rows: [Table.Row], by label: String) throws(VerbFailure) -> [Table.Row] {
    guard let baseline = rows.first(where: { $0.label == label }) else {
      throw VerbFailure(
        "E0420", "there is no row \"\(label)\"", argument: Compare.baseline,
        notes: ["the rows are \(rows.map(\.label).joined(separator: ", "))"])
    }
    return rows.map { row in
      var record = Record([], reference: row.record.reference)
      for field in row.record.fields {
        record[field.name] = field.value
        if case .float(let value) = field.value,
          case .float(let base)? = baseline.record[field.name], base != 0
        {
          record[field.name + "_ratio"] = .float(value / base)
        }
      }
      return Table.Row(label: row.label, record: record)
    }
  }
}
