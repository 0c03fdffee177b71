import RecipeLanguage

/// Values on a page.
enum HTMLValue {
  static func html(_ value: Value) -> [String] {
    switch value {
    case .none: return []
    case .table: return table(DataView(.markdown).table(of: value))
    case .record(let record):
      let plain = record.fields.filter { field in
        if case .table = field.value { false } else { field.value != .none }
      }
      let tables = record.fields.flatMap { field -> [String] in
        guard case .table = field.value else { return [] }
        return ["<h4>\(MarkupText.escaped(field.name))</h4>"] + html(field.value)
      }
      return facts(plain.map { ($0.name, $0.value.display) }) + tables
    case .string(let text): return ["<pre class=\"text\">\(MarkupText.lines(text))</pre>"]
    default: return ["<p class=\"value\">\(MarkupText.escaped(value.display))</p>"]
    }
  }

  /// Longer values have the width of the page for themselves.
  private static let longestFact = 40

  /// Names with their values.
  static func facts(_ facts: [(name: String, value: String)]) -> [String] {
    ["<dl>"]
      + facts.map { fact in
        let kind = fact.value.count > longestFact ? " class=\"long\"" : ""
        return "<div\(kind)><dt>\(MarkupText.escaped(fact.name))</dt>"
          + "<dd>\(MarkupText.lines(fact.value))</dd></div>"
      } + ["</dl>"]
  }

  /// A table that scrolls by itself where it is too wide.
  private static func table(_ table: TextTable) -> [String] {
    func row(_ cells: [String], _ tag: String) -> String {
      let cells = zip(table.columns, cells).map { column, text in
        let kind = column.kind == .number ? " class=\"number\"" : ""
        return "<\(tag)\(kind)>\(MarkupText.lines(text))</\(tag)>"
      }
      return "<tr>" + cells.joined() + "</tr>"
    }
    return ["<div class=\"wide\" tabindex=\"0\">", "<table>"]
      + ["<thead>", row(table.columns.map(\.title), "th"), "</thead>", "<tbody>"]
      + table.rows.map { row($0, "td") } + ["</tbody>", "</table>", "</div>"]
  }
}
