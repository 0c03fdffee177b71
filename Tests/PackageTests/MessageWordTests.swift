import Testing

/// Words of messages.
@Suite struct MessageWordTests {
  @Test func `messages use one vocabulary`() {
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
