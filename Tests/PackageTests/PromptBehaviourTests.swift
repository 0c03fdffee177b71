import Testing

/// Promises of the prompt, by their numbers.
@Suite struct PromptBehaviourTests {
  @Test(arguments: 1...35)
  func `every promise has a test that begins with its number`(number: Int) {
    let name = "func `R\(number) "
    #expect(
      Repository.files(under: "Tests", ".swift").contains { $0.text.contains(name) }, "R\(number)")
  }

  @Test func `R20 messages use one vocabulary`() {
    let banned = /(?i)\b(illegal|token stream|nil|null pointer|panic|fatal|oops)\b/
    for file in Repository.files(under: "Sources", ".swift") {
      for text in Self.literals(of: file.text) {
        #expect(text.firstMatch(of: banned) == nil, "\(file.path): \(text)")
      }
    }
  }

  /// Text in quotes on one line, comments left out.
  private static func literals(of text: String) -> [Substring] {
    text.split(separator: "\n").flatMap { line -> [Substring] in
      let isComment = line.drop { $0 == " " }.hasPrefix("//")
      return isComment ? [] : line.matches(of: /"[^"]*"/).map(\.output)
    }
  }
}
