import Diagnostics

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
      self.key = VisibleText.onOneLine(key)
      self.value = VisibleText.escaped(value)
    }
  }

  package init(_ title: String, _ rows: [Row], notes: [String] = []) {
    self.title = VisibleText.onOneLine(title)
    self.rows = rows
    self.notes = notes.map { VisibleText.escaped($0) }
  }

  /// Lines of at most `columns` columns; long values and notes go on below themselves.
  package func lines(on page: TextPage) -> [String] {
    let (columns, style) = (page.columns, page.style)
    let keyWidth = min(rows.map { DisplayWidth.of($0.key) }.max() ?? 0, max(8, columns / 2))
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

  /// The rows side by side in as many columns, at most three, as fit into `columns` columns; read from
  /// top to bottom. Where not even two fit, one below the other as `lines` puts them.
  package func grid(on page: TextPage) -> [String] {
    let (columns, style) = (page.columns, page.style)
    let heading = title.isEmpty ? [] : [style(.heading, DisplayWidth.truncated(title, to: columns))]
    for count in stride(from: min(3, rows.count), to: 1, by: -1) {
      let height = (rows.count + count - 1) / count
      let blocks = stride(from: 0, to: rows.count, by: height).map {
        rows[$0..<min($0 + height, rows.count)]
      }
      let widths = blocks.map { block in
        (
          key: block.map { DisplayWidth.of($0.key) }.max() ?? 0,
          value: block.map { DisplayWidth.of($0.value) }.max() ?? 0
        )
      }
      let total = widths.reduce(0) { $0 + $1.key + $1.value + 5 } - 1
      guard total <= columns, !rows.contains(where: { $0.value.contains("\n") }) else { continue }
      return heading
        + (0..<height).map { line in
          let cells = zip(blocks, widths).compactMap { block, width -> String? in
            guard line < block.count else { return nil }
            let row = block[block.startIndex + line]
            let isLast = block.endIndex == rows.count
            let value = isLast ? row.value : DisplayWidth.padded(row.value, to: width.value)
            return "  " + style(.dim, DisplayWidth.padded(row.key, to: width.key)) + "  " + value
          }
          let line = cells.joined(separator: " ")
          return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
    let rest = lines(on: page)
    return title.isEmpty ? Array(rest.dropFirst()) : rest
  }
}
