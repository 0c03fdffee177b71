import Diagnostics
import Files
import Notebooks
import RecipeLanguage

/// Values for other programs and documents, in the modes that are no box.
package struct DataView {
  private let mode: OutputMode

  package init(_ mode: OutputMode) { self.mode = mode }

  /// Lines without a title; empty for a value that is none.
  package func lines(of value: Value) -> [String] {
    if value == .none { return [] }
    switch mode {
    case .json:
      // the writer of lines ends it
      return [
        VisibleText.json(String(JSONValue(value).text(.pretty, sortedKeys: false).dropLast()))
      ]
    case .jsonl:
      return elements(of: value).map {
        VisibleText.json(JSONValue($0).text(.compact, sortedKeys: false))
      }
    case .markdown: return table(of: value).markdown
    case .csv: return table(of: value).csv
    case .line: return table(of: value).oneFieldALine
    case .box: return TableLayout(TextPage(columns: .max), rowLimit: nil).box(table(of: value))
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
  func table(of value: Value) -> TextTable {
    switch value {
    case .table(let table):
      let names = table.columns
      return TextTable(
        columns: [.init(table.heading)] + names.map { column($0, table.column($0)) },
        rows: table.rows.map { row in [row.label] + names.map { text(row.record[$0] ?? .none) } })
    case .record(let record):
      return TextTable(
        columns: record.fields.map { column($0.name, [$0.value]) },
        rows: [record.fields.map { text($0.value) }])
    case .list(let values):
      return TextTable(columns: [column("value", values)], rows: values.map { [text($0)] })
    default:
      return TextTable(columns: [column("value", [value])], rows: [[text(value)]])
    }
  }

  private func column(_ name: String, _ values: [Value]) -> TextTable.Column {
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
