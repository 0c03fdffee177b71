/// Text pasted at the prompt: a copy of an earlier session should run again, so its prompts and its
/// output lines go, and so do characters that would disturb the terminal.
package enum PastedText {
  /// - Parameter promptName: what stands before the bracket in a prompt, as in `skillet[3]> `.
  package static func cleaned(_ pasted: String, promptName: String) -> String {
    let visible = String(
      String.UnicodeScalarView(
        pasted.unicodeScalars.filter {
          $0 == "\n" || $0 == "\t" || !($0.value < 32 || (127..<160).contains($0.value))
        }))
    var lines = visible.split(separator: "\n", omittingEmptySubsequences: false)
    let isTranscript = lines.contains { afterPrompt($0, name: promptName) != nil }
    if isTranscript {
      lines = lines.filter { afterNumber($0, name: "out") == nil }
      lines = lines.map { afterPrompt($0, name: promptName) ?? $0 }
    }
    while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
    return lines.joined(separator: "\n")
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
