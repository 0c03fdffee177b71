/// Rows of text under titles.
package struct TextTable: Equatable, Sendable {
  package struct Column: Equatable, Sendable {
    package enum Kind: Sendable {
      /// Left-aligned, and shortened when the table is too wide.
      case text
      /// Right-aligned, never shortened.
      case number
    }

    package var title: String
    package var kind: Kind

    package init(_ title: String, _ kind: Kind = .text) {
      self.title = title
      self.kind = kind
    }
  }

  package var columns: [Column]
  /// One text a column; missing ones are empty.
  package var rows: [[String]]

  package init(columns: [Column], rows: [[String]]) {
    self.columns = columns
    self.rows = rows.map { row in
      Array(row.prefix(columns.count))
        + Array(repeating: "", count: max(0, columns.count - row.count))
    }
  }

  /// The titles above the rows.
  var titles: [String] { columns.map(\.title) }
}
