/// Text inside Markdown documents, which browsers show: what others wrote makes no HTML and no link that
/// runs something.
package enum MarkdownText {
  /// Text that means nothing in Markdown: values, names and remarks.
  package static func literal(_ text: String) -> String {
    var result = ""
    for character in VisibleText.escaped(text) {
      switch character {
      case "<": result += "&lt;"
      case "&": result += "&amp;"
      case "\\", "`", "*", "[", "]", "|", "~": result += "\\\(character)"
      default: result.append(character)
      }
    }
    return result
  }

  /// Prose that is Markdown and stays so, without its raw HTML and without targets of links that are
  /// neither pages nor places in a folder (`javascript:`, `data:`).
  package static func prose(_ text: String) -> String {
    var result = ""
    var rest = VisibleText.escaped(text)[...]
    while let first = rest.first {
      let following = rest.dropFirst()
      if first == "<", !isPlainPage(following) {
        result += "&lt;"
      } else if first == "]", let mark = following.first, mark == "(" || mark == ":",
        !isHarmlessTarget(following.dropFirst())
      {
        // a backslash makes the bracket a letter
        result += "\\]"
      } else {
        result.append(first)
      }
      rest = following
    }
    return result
  }

  private static let pages = ["https://", "http://", "mailto:"]

  /// Whether text behind a `<` is a page's address up to the `>`.
  private static func isPlainPage(_ text: Substring) -> Bool {
    let address = text.prefix { $0 != ">" && !$0.isWhitespace && $0 != "<" }
    return pages.contains { address.lowercased().hasPrefix($0) }
      && text.dropFirst(address.count).first == ">"
  }

  /// Whether the target of a link is a page, or names no scheme: entities and backslashes could spell one.
  private static func isHarmlessTarget(_ text: Substring) -> Bool {
    let target = text.drop { $0.isWhitespace || $0 == "<" }.prefix { !$0.isWhitespace && $0 != ")" }
    return pages.contains { target.lowercased().hasPrefix($0) }
      || !target.contains { $0 == ":" || $0 == "&" || $0 == "\\" }
  }
}
