/// Names of a file, as messages show them: of a bounded length, whatever the file has.
enum Shown {
  /// At most 40 scalars of a text; a character may have any number of them.
  static func clipped(_ text: String) -> String {
    let start = text.unicodeScalars.prefix(40)
    return start.endIndex == text.endIndex ? text : String(String.UnicodeScalarView(start)) + "…"
  }

  static func quoted(_ text: String) -> String { "\"\(clipped(text))\"" }

  /// The keys that a misspelt name is looked for among: not those that are too many or too long.
  static func candidates(_ keys: [String]) -> [String] {
    keys.prefix(100).filter { $0.utf8.count <= 64 }
  }

  /// At most twelve names.
  static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).map(clipped).joined(separator: ", ")
    return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
  }
}
