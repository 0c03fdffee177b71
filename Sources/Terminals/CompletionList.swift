import Diagnostics

/// The list of completions below the input: those with a description one a line below the others while
/// that fits on the screen, else columns of names only.
package enum CompletionList {
  /// - Returns: lines of at most `columns` columns, at most `rows` of them.
  package static func lines(
    _ items: [CompletionItem], columns: Int, rows: Int, style: TextStyle = .plain
  ) -> [String] {
    guard !items.isEmpty, rows > 0 else { return [] }
    let items = items.map(\.visible)
    let plain = items.filter { $0.description.isEmpty }
    let explained = items.filter { !$0.description.isEmpty }
    let head = grid(plain.map(\.display), columns: columns, rows: rows)
    if !explained.isEmpty, head.count + explained.count <= rows {
      return head + described(explained, columns: columns, style: style)
    }
    return grid(items.map(\.display), columns: columns, rows: rows)
  }

  private static func described(
    _ items: [CompletionItem], columns: Int, style: TextStyle
  ) -> [String] {
    let width = min(items.map { DisplayWidth.of($0.display) }.max() ?? 0, max(8, columns / 2))
    return items.map { item in
      let name = DisplayWidth.truncated(item.display, to: width)
      let room = columns - width - 5
      if item.description.isEmpty || room < 8 { return "  " + name }
      let description = DisplayWidth.truncated(item.description, to: room)
      return "  " + DisplayWidth.padded(name, to: width) + "  " + style(.dim, description)
    }
  }

  private static func grid(_ names: [String], columns: Int, rows: Int) -> [String] {
    guard !names.isEmpty else { return [] }
    let width = min(names.map(DisplayWidth.of).max() ?? 0, max(1, columns - 3)) + 2
    let across = max(1, (columns - 1) / width)
    let fits = names.count <= across * rows
    let shown = fits ? names : Array(names.prefix(across * max(0, rows - 1)))
    let down = (shown.count + across - 1) / across
    var lines = (0..<down).map { row in
      stride(from: row, to: shown.count, by: down).map { index in
        let name = DisplayWidth.truncated(shown[index], to: width - 2)
        let isLast = index + down >= shown.count
        return "  " + (isLast ? name : DisplayWidth.padded(name, to: width - 2))
      }.joined()
    }
    if !fits { lines.append("  … \(names.count - shown.count) more: type a letter to narrow") }
    return lines
  }
}
