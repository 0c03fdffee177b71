import Diagnostics
import Files
import Notebooks
import RecipeLanguage
import Terminals

/// Values for other programs and documents, in the modes that are no box.
struct DataView {
  let mode: OutputMode

  /// Lines without a title; empty for a value that is none.
  func lines(of value: Value) -> [String] {
    if value == .none { return [] }
    switch mode {
    case .json:
      // the writer of lines ends it
      return [
        VisibleText.json(String(EventJSON.json(value).text(.pretty, sortedKeys: false).dropLast()))
      ]
    case .jsonl:
      return elements(of: value).map {
        VisibleText.json(EventJSON.json($0).text(.compact, sortedKeys: false))
      }
    case .box, .markdown, .csv, .line:
      return TableLayout(columns: .max, rowLimit: nil).lines(table(of: value), mode: mode) ?? []
    }
  }

  private func elements(of value: Value) -> [Value] {
    switch value {
    case .table(let table):
      table.rows.map { row in
        .record(
          Record([("name", .string(row.label))] + row.record.fields.map { ($0.name, $0.value) }))
      }
    case .list(let values): values
    default: [value]
    }
  }

  /// Any value as a table: a record is one row, a list one column.
  private func table(of value: Value) -> Terminals.Table {
    switch value {
    case .table(let table):
      let names = table.columns
      return Terminals.Table(
        columns: ["run"].map { .init($0) } + names.map { column($0, table.column($0)) },
        rows: table.rows.map { row in [row.label] + names.map { text(row.record[$0] ?? .none) } })
    case .record(let record):
      return Terminals.Table(
        columns: record.fields.map { column($0.name, [$0.value]) },
        rows: [record.fields.map { text($0.value) }])
    case .list(let values):
      return Terminals.Table(columns: [column("value", values)], rows: values.map { [text($0)] })
    default:
      return Terminals.Table(columns: [column("value", [value])], rows: [[text(value)]])
    }
  }

  private func column(_ name: String, _ values: [Value]) -> Terminals.Table.Column {
    .init(name, values.allSatisfy(\.isQuantity) ? .number : .text)
  }

  /// CSV keeps full precision and plain units (shares as fractions, seconds, bytes); documents read
  /// better rounded.
  private func text(_ value: Value) -> String {
    guard mode == .csv else { return value == .none ? "" : value.display }
    switch value {
    case .none: return ""
    case .percent(let number), .duration(let number), .float(let number): return "\(number)"
    case .size(let bytes): return "\(bytes)"
    default: return value.interpolated
    }
  }
}
