import Notebooks
import RecipeLanguage
import Terminals

/// Values of the language as cards, tables and charts.
struct ValueView {
  let screen: Screen

  func lines(of value: Value, title: String?) -> [String] {
    switch value {
    case .none: []
    case .record(let record): card(record, title: title)
    case .table(let table): heading(title) + self.table(table)
    case .string(let text):
      heading(title)
        + text.split(
          separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
    default: heading(title) + WrappedText.lines(value.display, columns: screen.columns)
    }
  }

  private func heading(_ title: String?) -> [String] {
    title.map { [screen.style(.heading, $0)] } ?? []
  }

  private func card(_ record: Record, title: String?) -> [String] {
    let rows = record.fields.map { Card.Row($0.name.spaced, $0.value.display) }
    return Card(title ?? "", rows).lines(columns: screen.columns, style: screen.style)
      .filter { !$0.isEmpty }
  }

  /// A table with its label first; fields that hold whole records or texts stay out of the box.
  func table(_ table: RecipeLanguage.Table) -> [String] {
    let columns = table.columns.filter { name in
      table.column(name).allSatisfy { value in
        switch value {
        case .record, .table: false
        default: true
        }
      }
    }
    let layout = TableLayout(
      columns: screen.columns, isUnicode: screen.isUnicode, style: screen.style)
    return layout.box(
      Terminals.Table(
        columns: [Terminals.Table.Column("run")]
          + columns.map { Terminals.Table.Column($0.spaced, kind(of: table.column($0))) },
        rows: table.rows.map { row in
          [row.label] + columns.map { row.record[$0]?.display ?? "" }
        }))
  }

  private func kind(of values: [Value]) -> Terminals.Table.Column.Kind {
    let isNumber = values.allSatisfy { value in
      switch value {
      case .int, .float, .percent, .duration, .size, .none: true
      default: false
      }
    }
    return isNumber ? .number : .text
  }

  /// A record on one line: `loss 1.2, perplexity 3.4`.
  func figures(of record: Record, without hidden: Set<String>) -> String {
    record.fields.filter { field in
      switch field.value {
      case .record, .table, .list: false
      default: !hidden.contains(field.name)
      }
    }.map { "\($0.name.spaced) \($0.value.display)" }.joined(separator: ", ")
  }

  func chart(_ curve: TrainingCurve) -> [String] {
    LossChart(
      training: curve.losses.map { LossChart.Point(step: $0.step, loss: $0.loss) },
      validation: curve.evaluations.map { LossChart.Point(step: $0.step, loss: $0.loss) }
    ).lines(
      columns: min(80, screen.columns), isUnicode: screen.isUnicode, style: screen.style)
  }
}

extension String {
  /// Field names for people: `peak_memory` as `peak memory`.
  var spaced: String { String(map { $0 == "_" ? " " : $0 }) }
}
