import TestSupport
import Testing

/// What is felt as at once. The best of several tries, with room for machines that do other things too.
@Suite(.serialized) struct SpeedTests {
  private let clock = ContinuousClock()

  private func best(of count: Int, _ body: () throws -> Void) rethrows -> Duration {
    try (0..<count).map { _ in try clock.measure(body) }.min() ?? .zero
  }

  @Test func `the first prompt comes within a tenth of a second`() throws {
    let time = try best(of: 5) { _ = try PromptSession() }
    #expect(time < .milliseconds(250), "\(time)")
  }

  @Test func `Tab answers within a twentieth of a second`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    let time = try best(of: 5) {
      prompt.terminal.send("lora r\t")
      try prompt.terminal.wait(for: "the list") { screen in
        screen.lines.suffix(4).contains { $0.contains("rslora:") }
          && screen.cursorLine.hasSuffix("lora r")
      }
    } clearing: {
      prompt.terminal.send("\u{3}")
      try prompt.waitForPrompt()
    }
    #expect(time < .milliseconds(125), "\(time)")
  }

  private func best(
    of count: Int, _ body: () throws -> Void, clearing: () throws -> Void
  ) rethrows -> Duration {
    try (0..<count).map { _ in
      let time = try clock.measure(body)
      try clearing()
      return time
    }.min() ?? .zero
  }
}
