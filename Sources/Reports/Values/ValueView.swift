import Diagnostics
import RecipeLanguage

/// Values of the language for people: cards, tables and charts.
package struct ValueView {
  private let page: TextPage

  package init(_ page: TextPage) { self.page = page }

  /// The value below its title.
  ///
  /// - Parameter joins: whether a short value stands on the line of its title.
  package func lines(of value: Value, title: String?, joins: Bool = false) -> [String] {
    switch value {
    case .none: []
    case .record(let record): heading(title) + card(record) + tables(in: record)
    case .table(let table): heading(title) + self.table(table)
    case .string(let text):
      heading(title) + WrappedText.lines(text, columns: page.columns)
    default: short(value.display, title: title, joins: joins)
    }
  }

  private func heading(_ title: String?) -> [String] {
    title.map { [page.style(.heading, $0)] } ?? []
  }

  private func short(_ text: String, title: String?, joins: Bool) -> [String] {
    guard let title, joins, DisplayWidth.of(title) + DisplayWidth.of(text) + 2 <= page.columns
    else {
      return heading(title) + WrappedText.lines(text, columns: page.columns)
    }
    return [page.style(.heading, title) + "  " + text]
  }

  // MARK: Records

  private func card(_ record: Record) -> [String] {
    let rows = telling(record).filter { !$0.value.isTable }.map { Card.Row($0.name, shown($0)) }
    return Card("", rows).grid(on: page)
  }

  /// Tables stand below the card, each under the name of its field.
  private func tables(in record: Record) -> [String] {
    record.fields.flatMap { field -> [String] in
      guard case .table(let table) = field.value else { return [] }
      return [page.style(.dim, "  " + field.name)] + self.table(table)
    }
  }

  /// Fields that say something: not the empty ones, and `finite` only when it is bad news.
  private func telling(_ record: Record) -> [Record.Field] {
    record.fields.filter { field in
      field.value != .none && !(field.name == "finite" && field.value == .bool(true))
    }
  }

  /// Digests are cut; the field itself has all of them.
  private func shown(_ field: Record.Field) -> String {
    let text = field.value.display
    return field.name.hasSuffix("sha256") && text.count > 16 ? text.prefix(12) + "…" : text
  }

  /// A record on one line: `loss 1.2, perplexity 3.4`.
  package func figures(of record: Record, without hidden: Set<String> = []) -> String {
    telling(record).filter { field in
      switch field.value {
      case .record, .table, .list: false
      default: !hidden.contains(field.name)
      }
    }.map { "\($0.name) \(shown($0))" }.joined(separator: ", ")
  }

  // MARK: Tables

  /// A table with its label first; fields that hold whole records stay out of the box, and where it is
  /// too wide, so do those that tell the rows nothing.
  package func table(_ table: Table) -> [String] {
    let layout = TableLayout(page)
    var shown = table.columns.filter { name in
      let values = table.column(name)
      let isGoodNews = name == "finite" && values.allSatisfy { $0 == .bool(true) }
      return !isGoodNews && !holdsRecords(values)
    }
    var hidden: [String] = []
    for name in expendable(shown, of: table)
    where layout.leastWidth(of: grid(table, shown)) > page.columns {
      shown.removeAll { $0 == name }
      hidden.append(name)
    }
    let box = layout.box(grid(table, shown))
    guard !hidden.isEmpty else { return box }
    let note = "not shown: \(hidden.joined(separator: ", ")); all by :mode line or --json"
    return box + WrappedText.lines(note, columns: page.columns).map { page.style(.dim, $0) }
  }

  private func grid(_ table: Table, _ columns: [String]) -> TextTable {
    TextTable(
      columns: [TextTable.Column(table.heading)]
        + columns.map { column($0, table.column($0)) },
      rows: table.rows.map { row in
        [row.label] + columns.map { row.record[$0]?.display ?? "" }
      })
  }

  /// What can be left out, first things first: what no row has, machinery, what another column or the
  /// label tells as well, what is equal in all rows, costs, and at last the columns from the right.
  private func expendable(_ columns: [String], of table: Table) -> [String] {
    let machinery = [
      "finite", "adapter_sha256", "trained_tokens", "epochs", "stop_reason", "tokens",
    ]
    let costs = ["seconds", "tokens_per_second", "peak_memory", "first_loss", "bytes", "total"]
    let repeated = columns.enumerated().filter { index, name in
      columns.prefix(index).contains { table.column($0) == table.column(name) }
    }.map(\.element)
    let isConstant = { (name: String) in
      let values = table.column(name)
      return table.rows.count > 1 && values.allSatisfy { $0 == values[0] }
    }
    let isInLabel = { (name: String) in
      zip(table.rows, table.column(name)).allSatisfy { $0.label.contains($1.interpolated) }
    }
    let blank = columns.filter { table.column($0).allSatisfy { $0 == .none } }
    let ordered =
      blank + (machinery + costs).map { $0 + "_ratio" } + repeated + machinery
      + columns.filter(isConstant) + columns.filter(isInLabel) + costs
      + columns.dropFirst(2).reversed()
    var seen: Set<String> = []
    return ordered.filter { columns.contains($0) && seen.insert($0).inserted }
  }

  private func holdsRecords(_ values: [Value]) -> Bool {
    values.contains { value in
      switch value {
      case .record, .table: true
      default: false
      }
    }
  }

  private func column(_ name: String, _ values: [Value]) -> TextTable.Column {
    .init(name, values.allSatisfy(\.isQuantity) ? .number : .text)
  }
}

extension Value {
  fileprivate var isTable: Bool { if case .table = self { true } else { false } }

  /// Whether the value stands right-aligned in a column.
  var isQuantity: Bool {
    switch self {
    case .int, .float, .percent, .duration, .size, .none: true
    default: false
    }
  }
}
