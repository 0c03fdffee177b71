import Diagnostics

/// Text pasted at the prompt: a copy of an earlier session should run again, so its prompts and what
/// was printed between them go, and so do characters that would disturb the terminal.
package enum PastedText {
  /// - Parameters:
  ///   - promptName: what stands before the bracket in a prompt, as in `skillet[3]> `.
  ///   - isOpen: whether a text needs further lines to be a cell.
  package static func cleaned(
    _ pasted: String, promptName: String, isOpen: (String) -> Bool
  ) -> String {
    let printed = String(
      String.UnicodeScalarView(
        pasted.unicodeScalars.filter {
          $0 == "\n" || $0 == "\t" || !($0.value < 32 || (127..<160).contains($0.value))
        }))
    var lines = VisibleText.escaped(printed).split(
      separator: "\n", omittingEmptySubsequences: false)
    if lines.contains(where: { afterPrompt($0, name: promptName) != nil }) {
      lines = typedLines(of: lines, promptName: promptName, isOpen: isOpen)
    }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  /// The lines of a transcript that were typed: those behind a prompt, and further ones as long as they
  /// belong to an open block.
  private static func typedLines(
    of lines: [Substring], promptName: String, isOpen: (String) -> Bool
  ) -> [Substring] {
    var typed: [Substring] = []
    var cell = ""
    for line in lines {
      if let text = afterPrompt(line, name: promptName) {
        cell = String(text)
        typed.append(text)
      } else if !cell.isEmpty, isOpen(cell) {
        cell += "\n" + line
        typed.append(line)
      } else {
        cell = ""
      }
    }
    return typed
  }

  /// What follows `name[12]`, or nil.
  private static func afterNumber(_ line: Substring, name: String) -> Substring? {
    guard line.hasPrefix(name + "[") else { return nil }
    let rest = line.dropFirst(name.count + 1)
    let digits = rest.prefix { ("0"..."9").contains($0) }
    guard !digits.isEmpty, rest.dropFirst(digits.count).first == "]" else { return nil }
    return rest.dropFirst(digits.count + 1)
  }

  /// What follows `name[12]> `, or nil.
  private static func afterPrompt(_ line: Substring, name: String) -> Substring? {
    guard let rest = afterNumber(line, name: name), rest.first == ">" else { return nil }
    let text = rest.dropFirst()
    return text.first == " " ? text.dropFirst() : text
  }
}
