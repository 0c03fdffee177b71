import Diagnostics

/// Prose in Markdown as HTML: headings, lists, quotations, code and emphasis. Every other character, those of HTML
/// too, stands for itself.
enum HTMLProse {
  static func html(_ prose: String) -> [String] {
    var lines: [String] = []
    var isInList = false
    for paragraph in ProseParagraphs.of(prose) {
      let text = paragraph.text
      let item = ["- ", "* ", "+ "].first { text.hasPrefix($0) }
      if (item != nil) != isInList { lines.append(isInList ? "</ul>" : "<ul>") }
      isInList = item != nil
      if let item {
        lines.append("<li>\(spans(String(text.dropFirst(item.count))))</li>")
      } else if paragraph.isHeading {
        lines.append(heading(text, in: prose))
      } else if text.hasPrefix(">") {
        lines.append("<blockquote>\(spans(String(text.dropFirst()).trimmingStart))</blockquote>")
      } else if !text.allSatisfy(\.isWhitespace) {
        lines.append("<p>\(spans(text))</p>")
      }
    }
    return lines + (isInList ? ["</ul>"] : [])
  }

  /// A heading of the depth that it has in the source.
  private static func heading(_ text: String, in prose: String) -> String {
    let line = prose.split(separator: "\n").first { line in
      line.hasPrefix("#") && line.drop { $0 == "#" || $0 == " " } == text
    }
    let depth = min(4, max(1, line?.prefix { $0 == "#" }.count ?? 2))
    return "<h\(depth)>\(spans(text))</h\(depth)>"
  }

  /// Code in backticks, **strong** and *emphasized* words.
  private static func spans(_ text: String) -> String {
    var result = ""
    for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
      let shown = MarkupText.escaped(String(part))
      result += index % 2 == 1 ? "<code>\(shown)</code>" : emphasis(shown)
    }
    return result
  }

  private static func emphasis(_ text: String) -> String {
    pairs(of: "*", as: "em", in: pairs(of: "**", as: "strong", in: text))
  }

  private static func pairs(of mark: String, as tag: String, in text: String) -> String {
    let parts = text.split(separator: mark, omittingEmptySubsequences: false)
    // a mark without its partner is a character
    guard parts.count > 2, parts.count % 2 == 1 else { return text }
    return parts.enumerated().map { index, part in
      index % 2 == 1 ? "<\(tag)>\(part)</\(tag)>" : String(part)
    }.joined()
  }
}

extension String {
  fileprivate var trimmingStart: String { String(drop(while: \.isWhitespace)) }
}
