/// A short answer: a title, keys with values, and remarks below.
package struct Card: Equatable, Sendable {
  package var title: String
  package var rows: [Row]
  /// Sentences such as what to do next.
  package var notes: [String]

  package struct Row: Equatable, Sendable {
    package var key: String
    package var value: String

    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  package init(_ title: String, _ rows: [Row], notes: [String] = []) {
    self.title = title
    self.rows = rows
    self.notes = notes
  }

  /// Lines of at most `columns` columns; long values and notes go on below themselves.
  package func lines(columns: Int = 80, style: TextStyle = .plain) -> [String] {
    let keyWidth = min(rows.map { DisplayWidth.of($0.key) }.max() ?? 0, max(8, columns / 3))
    let room = max(10, columns - keyWidth - 4)
    var lines = [style(.heading, DisplayWidth.truncated(title, to: columns))]
    for row in rows {
      let key = DisplayWidth.truncated(row.key, to: keyWidth)
      for (index, part) in WrappedText.lines(row.value, columns: room).enumerated() {
        let left = DisplayWidth.padded(index == 0 ? key : "", to: keyWidth)
        lines.append("  " + style(.dim, left) + "  " + part)
      }
    }
    for note in notes {
      lines += WrappedText.lines(note, columns: max(10, columns - 2)).map {
        "  " + style(.dim, $0)
      }
    }
    return lines
  }
}
