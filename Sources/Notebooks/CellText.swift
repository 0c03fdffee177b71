import RecipeLanguage
import Sessions

/// What a piece of typed text is: recipe language, a `:` command or a `?` question.
package enum CellText {
  /// The words of a session command without its colon, or nil.
  package static func sessionCommand(in text: String) -> String? {
    let line = text.drop(while: \.isWhitespace)
    return line.hasPrefix(":") ? String(line.dropFirst()) : nil
  }

  /// What `?lora`, `??lora`, `lora?` or `?` asks about, or nil. A second `?` asks for the mathematics.
  package static func helpRequest(in text: String) -> (subject: String, isDeep: Bool)? {
    let line = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
    guard !line.contains("\n") else { return nil }
    let marks = line.prefix { $0 == "?" }.count
    if marks > 0 {
      let subject = line.dropFirst(marks).drop(while: \.isWhitespace)
      return (String(subject), marks > 1)
    }
    guard line.last == "?" else { return nil }
    let subject = line.dropLast().filter { $0 != "?" }
    let isName = subject.allSatisfy { $0.isLetter || $0 == "_" || $0.isNumber }
    return isName && !subject.isEmpty ? (String(subject), line.hasSuffix("??")) : nil
  }

  /// Whether Enter runs the text.
  package static func completeness(of text: String) -> InputCompleteness {
    if sessionCommand(in: text) != nil || helpRequest(in: text) != nil { return .complete }
    return InputCompleteness(of: text, verbs: .standard)
  }
}

extension Sequence<Character> {
  fileprivate func hasSuffix(_ text: String) -> Bool { String(self).hasSuffix(text) }
}
