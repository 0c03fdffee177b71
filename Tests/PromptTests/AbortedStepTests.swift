import Glibc
import TestSupport
import Testing

/// The second Ctrl-C, in a step that takes many seconds.
@Suite struct AbortedStepTests {
  private static let weights = "adapter_model.safetensors"

  @Test func `a second Ctrl-C gives the step up, and the adapter is as before it`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    let words = (1...60).map { "word \($0)" }.joined(separator: " ")
    let rows = (1...1500).map { "{\"text\": \"row \($0) \(words) \(words)\"}\n" }
    prompt.folder.write(rows.joined(), as: "long.jsonl")
    try prompt.enter("dataset \"long.jsonl\"")
    try prompt.enter("lora rank: 2")
    try prompt.enter("train steps: 2, batch: 1, lr: 1e-2")
    try prompt.enter("save \"before\"")
    let cells = try stopInTheFirstStep(prompt)
    #expect(!prompt.text.contains("training stopped in step"))
    prompt.terminal.send("\u{3}")
    try prompt.waitForPrompt()
    let text = prompt.lines.joined(separator: " ")
    #expect(
      text.contains("training stopped in step 1 of 3, which was given up; nothing was trained"),
      "\(text)")
    try prompt.enter("save \"after\"")
    let before = try prompt.folder.bytes(of: "before/" + Self.weights)
    #expect(try prompt.folder.bytes(of: "after/" + Self.weights) == before)
    #expect(try prompt.folder.bytes(of: "way/" + Self.weights) == before)
    #expect(prompt.lines.last?.hasPrefix("skillet[\(9 + cells)]>") == true, "the cell counts")
  }

  /// Sends one Ctrl-C into the first step and waits for what is said of it. The step is announced before it
  /// begins; where Ctrl-C came first, which is told too, a later one is tried. Returns the cells used.
  private func stopInTheFirstStep(_ prompt: PromptSession) throws -> Int {
    for cell in 1...8 {
      prompt.terminal.send("train steps: 3, batch: 65536, to: \"way\"\r")
      try prompt.terminal.wait(for: "the first step") { $0.cursorLine.contains("0/3") }
      usleep(UInt32(100_000 << (cell - 1)))
      prompt.terminal.send("\u{3}")
      try prompt.terminal.wait(for: "what the first Ctrl-C does") {
        $0.text.contains("stopping after this step; Ctrl-C again within 2 s gives the step up")
          || $0.cursorLine.hasPrefix("skillet[\(8 + cell)]>")
      }
      if prompt.text.contains("stopping after this step") { return cell }
    }
    throw PseudoTerminal.Failure.notShown("a step that is begun", screen: prompt.text)
  }
}
