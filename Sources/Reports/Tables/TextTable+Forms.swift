import Diagnostics

/// A table for documents and other programs.
extension TextTable {
  /// A pipe table; what means something in Markdown is escaped, and newlines become `<br>`.
  package var markdown: [String] {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    func escaped(_ text: String) -> String {
      MarkdownText.literal(text).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline
      )
      .joined(separator: "<br>")
    }
    let rule = columns.map { $0.kind == .text ? "---" : "---:" }
    return [line(titles.map(escaped)), line(rule)] + rows.map { line($0.map(escaped)) }
  }

  /// Comma-separated values as in RFC 4180, with the titles first.
  package var csv: [String] {
    func quoted(_ text: String) -> String {
      let needsQuotes = text.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
      guard needsQuotes else { return text }
      return "\""
        + text.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"") + "\""
    }
    return ([titles] + rows).map { $0.map(quoted).joined(separator: ",") }
  }

  /// One field a line, rows separated by a blank line.
  package var oneFieldALine: [String] {
    let width = titles.map(DisplayWidth.of).max() ?? 0
    let blocks = rows.map { row in
      zip(titles, row).map { title, text in
        DisplayWidth.padded(title, to: width, alignment: .right) + " = " + text
      }
    }
    return Array(blocks.joined(separator: [""]))
  }
}
