/// Text broken at blanks.
package enum WrappedText {
  /// Lines of at most `columns` columns; a longer word is broken inside. Newlines stay.
  package static func lines(_ text: String, columns: Int) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap {
      wrapped($0, columns: max(1, columns))
    }
  }

  private static func wrapped(_ paragraph: Substring, columns: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in paragraph.split(separator: " ") {
      var rest = String(word)
      if !line.isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(rest) <= columns {
        line += " " + rest
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while DisplayWidth.of(rest) > columns {
        let head = max(1, fitting(rest, columns: columns))
        lines.append(String(rest.prefix(head)))
        rest = String(rest.dropFirst(head))
      }
      line = rest
    }
    return lines + [line]
  }

  /// How many characters fit.
  private static func fitting(_ text: String, columns: Int) -> Int {
    var used = 0
    return text.prefix {
      used += DisplayWidth.of($0)
      return used <= columns
    }.count
  }
}
