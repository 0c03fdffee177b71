/// Text broken at blanks, and where there are none behind commas.
package enum WrappedText {
  /// Lines of at most `columns` columns; a longer word is broken inside. Newlines stay.
  package static func lines(_ text: String, columns: Int) -> [String] {
    VisibleText.escaped(text).split(separator: "\n", omittingEmptySubsequences: false).flatMap {
      wrapped($0, columns: max(1, columns))
    }
  }

  private static func wrapped(_ paragraph: Substring, columns: Int) -> [String] {
    var lines: [String] = []
    var (line, lineWidth) = ("", 0)
    for word in paragraph.split(separator: " ") {
      var (rest, width) = (word, DisplayWidth.of(String(word)))
      if !line.isEmpty, lineWidth + 1 + width <= columns {
        line += " " + rest
        lineWidth += 1 + width
        continue
      }
      if !line.isEmpty { lines.append(line) }
      while width > columns {
        let head = fitting(rest, columns: columns)
        lines.append(String(rest[..<head.end]))
        rest = rest[head.end...]
        width -= head.width
      }
      (line, lineWidth) = (String(rest), width)
    }
    return lines + [line]
  }

  /// Where the characters end that fit, one at least, and their columns; lists without blanks, as JSON may
  /// have them, end behind a comma.
  private static func fitting(
    _ text: Substring, columns: Int
  ) -> (end: Substring.Index, width: Int) {
    var (end, used) = (text.startIndex, 0)
    while end < text.endIndex {
      let width = DisplayWidth.of(text[end])
      if used + width > columns, end > text.startIndex { break }
      used += width
      end = text.index(after: end)
    }
    if let comma = text[..<end].lastIndex(of: ","), end < text.endIndex, comma > text.startIndex {
      end = text.index(after: comma)
      used = DisplayWidth.of(String(text[..<end]))
    }
    return (end, used)
  }
}
