import Diagnostics

/// Text inside SVG and HTML.
enum MarkupText {
  /// The text on one line without characters that could be markup; control characters are shown.
  static func escaped(_ text: String) -> String { entities(VisibleText.onOneLine(text)) }

  /// The same with its line breaks.
  static func lines(_ text: String) -> String { entities(VisibleText.escaped(text)) }

  private static func entities(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "&": result += "&amp;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }
}
