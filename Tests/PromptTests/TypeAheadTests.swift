import Glibc
import TestSupport
import Testing

/// The terminal while the engine works, and when the prompt gives it back.
@Suite struct TypeAheadTests {
  private func training(_ prompt: PromptSession, budget: String = "1h") throws {
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    prompt.terminal.send("train steps: 1000000, budget: \(budget);\r")
    try prompt.terminal.wait(for: "a step") { $0.cursorLine.contains("loss") }
  }

  @Test func `what is typed during a training waits for the prompt, and the line stays whole`()
    throws
  {
    let prompt = try PromptSession()
    try training(prompt, budget: "4s")
    #expect(!prompt.terminal.echoes)
    prompt.terminal.send("20 + 22\r")
    for _ in 1...3 {
      let shown = prompt.terminal.output.count
      try prompt.terminal.wait(for: "the next line") { _ in prompt.terminal.output.count > shown }
    }
    #expect(!prompt.text.contains("20 + 22"), "\(prompt.text)")
    #expect(prompt.lines.last?.contains(/^train +\d.*loss .* tok\/s .* left .* MB$/) == true)
    try prompt.terminal.wait(for: "its value") { $0.lines.contains("out[6]  42") }
    try prompt.waitForPrompt()
    #expect(prompt.text.contains("skillet[6]> 20 + 22"))
  }

  @Test(arguments: ["Ctrl-C, Ctrl-D", "SIGTERM", "SIGHUP"])
  func `the terminal echoes again, however a training and its prompt end`(way: String) throws {
    let prompt = try PromptSession()
    try training(prompt)
    switch way {
    case "SIGTERM": prompt.terminal.signal(SIGTERM)
    case "SIGHUP": prompt.terminal.signal(SIGHUP)
    default:
      prompt.terminal.send("\u{3}")
      try prompt.waitForPrompt()
      prompt.terminal.send("\u{4}")
    }
    _ = try prompt.terminal.waitForExit()
    #expect(prompt.terminal.echoes)
  }

  @Test func `a terminal that becomes narrower has one line of progress, and none afterwards`()
    throws
  {
    let prompt = try PromptSession(columns: 120)
    try training(prompt)
    prompt.terminal.resize(columns: 50, rows: 24)
    let shown = prompt.terminal.output.count
    try prompt.terminal.wait(for: "lines of the new width") { _ in
      prompt.terminal.output.count > shown + 400
    }
    #expect(prompt.lines.last?.count ?? 0 <= 50, "\(prompt.lines)")
    prompt.terminal.send("\u{3}")
    try prompt.waitForPrompt()
    #expect(prompt.lines.allSatisfy { !$0.contains("tok/s") }, "\(prompt.lines)")
  }

  @Test func `Ctrl-Z gives the terminal to the shell, and fg the line back`() throws {
    let folder = TemporaryFolder()
    let terminal = try PseudoTerminal(
      "/bin/sh", ["-c", "set -m; \(BuiltProgram.path("skillet")); stty -a; fg; echo ended"],
      environment: [
        "TERM": "xterm", "PATH": "/usr/bin:/bin", "NO_COLOR": "1", "HOME": folder.path,
        "LC_ALL": "C.UTF-8", "SWIFT_BACKTRACE": "enable=no",
      ], folder: folder.path)
    try terminal.waitForCursorLine("skillet[1]>")
    terminal.send("6 * 7")
    try terminal.waitForCursorLine("skillet[1]> 6 * 7")
    terminal.send("\u{1A}")
    try terminal.waitForOutput("icanon")
    try terminal.wait(for: "the line again") { $0.cursorLine == "skillet[1]> 6 * 7" }
    #expect(terminal.output.contains(" icanon") && terminal.output.contains(" echo "))
    terminal.send("\r")
    try terminal.wait(for: "its value") { $0.lines.contains("out[1]  42") }
    terminal.send("\u{4}")
    try terminal.waitForOutput("ended")
  }
}
