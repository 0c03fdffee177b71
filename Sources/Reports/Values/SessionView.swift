import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions

/// What a session has: its names with what is stale, its model, adapters and data.
package struct SessionView {
  private let notebook: Notebook

  package init(_ notebook: Notebook) { self.notebook = notebook }

  package func lines(on page: TextPage) -> [String] {
    let rest = SessionSummary(notebook.session.state).lines.flatMap {
      WrappedText.lines($0, columns: page.columns).map { page.style(.dim, $0) }
    }
    return names(on: page) + rest
  }

  private func names(on page: TextPage) -> [String] {
    let environment = notebook.interpreter.environment
    let staleness = notebook.staleness
    let reasons = notebook.names.map { staleness.reason(of: $0) ?? "" }
    let isStale = reasons.contains { !$0.isEmpty }
    let rows = zip(notebook.names, reasons).compactMap { name, reason in
      environment.binding(name).map { binding in
        [name, binding.value.typeName, "\(binding.cell)"] + (isStale ? [reason] : [])
          + [summary(of: binding.value, on: page)]
      }
    }
    if rows.isEmpty { return ["no names yet; let base = eval makes one"] }
    let table = TextTable(
      columns: [.init("name"), .init("type"), .init("cell", .number)]
        + (isStale ? [.init("stale since")] : []) + [.init("value")],
      rows: rows)
    return TableLayout(page).box(table)
  }

  /// A value in as few words as possible: records by their fields.
  private func summary(of value: Value, on page: TextPage) -> String {
    if case .record(let record) = value { return ValueView(page).figures(of: record) }
    return value.display
  }
}
