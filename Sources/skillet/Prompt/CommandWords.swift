import Sessions

/// Words behind a session command. A file name with blanks stands in quotes.
enum CommandWords {
  /// A text without blanks at both ends.
  static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }

  /// The first word and what follows it; nil if there is none.
  static func first(of text: String) -> (word: String, rest: String)? {
    let start = text.drop(while: \.isWhitespace)
    guard let first = start.first else { return nil }
    guard first == "\"" else {
      let word = start.prefix { !$0.isWhitespace }
      return (String(word), String(start[word.endIndex...]))
    }
    let word = start.dropFirst().prefix { $0 != "\"" }
    return word.isEmpty ? nil : (String(word), String(start[word.endIndex...].dropFirst()))
  }
}
