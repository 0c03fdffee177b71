import TestSupport
import Testing

/// What is felt as at once, in the processor's time.
@Suite struct SpeedTests {
  @Test func `the first prompt takes a tenth of a second`() throws {
    let prompt = try PromptSession()
    #expect(prompt.terminal.processorSeconds < 0.1, "\(prompt.terminal.processorSeconds)")
  }

  @Test func `Tab takes a twentieth of a second`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    let start = prompt.terminal.processorSeconds
    prompt.terminal.send("lora r\t")
    try prompt.terminal.wait(for: "the list") { screen in
      screen.lines.suffix(4).contains { $0.contains("rslora:") }
        && screen.cursorLine.hasSuffix("lora r")
    }
    let seconds = prompt.terminal.processorSeconds - start
    #expect(seconds < 0.05, "\(seconds)")
  }
}
