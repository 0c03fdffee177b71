import TestSupport
import Testing

/// Talking to a model.
@Suite struct ChatTests {
  private func chatting(_ settings: String = "max_tokens: 8") throws -> PromptSession {
    let prompt = try PromptSession()
    try prompt.enter(":hints off")
    try prompt.enter(PromptSession.load)
    prompt.terminal.send(":chat \(settings)\r")
    try prompt.terminal.waitForCursorLine("you>")
    return prompt
  }

  private func say(_ text: String, _ prompt: PromptSession) throws {
    let count = prompt.lines.count { $0.hasPrefix("you>") }
    prompt.terminal.send(text + "\r")
    try prompt.terminal.wait(for: "the answer to ‘\(text)’", seconds: 60) { screen in
      screen.cursorLine == "you>" && screen.lines.count { $0.hasPrefix("you>") } > count
    }
  }

  @Test func `a chat answers, takes back, corrects and saves rows to train on`() throws {
    let prompt = try chatting()
    try say("one", prompt)
    try say("two", prompt)
    try say("/undo", prompt)
    try say("/system Count.", prompt)
    try say("/fix uno", prompt)
    try say("/save chats.jsonl", prompt)
    #expect(
      try prompt.file("chats.jsonl") == #"{"messages":[{"role":"system","content":"Count."},"#
        + #"{"role":"user","content":"one"},{"role":"assistant","content":"uno"}]}"# + "\n")
    try say("/save chats.jsonl", prompt)
    #expect(prompt.text.contains("row 2 of chats.jsonl"))
  }

  @Test func `Ctrl-C stops an answer, Ctrl-D the chat; the session is as it was`() throws {
    let prompt = try chatting("max_tokens: 100000, stop: [\"never said\"]")
    let before = prompt.lines.count
    prompt.terminal.send("one\r")
    try prompt.terminal.wait(for: "some of the answer") { $0.lines.count > before + 1 }
    prompt.terminal.send("\u{3}")
    try prompt.terminal.wait(for: "the chat's prompt") { $0.cursorLine == "you>" }
    prompt.terminal.send("\u{4}")
    try prompt.waitForPrompt()
    #expect(try prompt.enter(":history").count == 1)
    prompt.terminal.send("\u{1B}[A")
    try prompt.terminal.wait(for: "the last cell") { $0.cursorLine.hasSuffix(":history") }
  }

  @Test func `a chat without a model says what to do`() throws {
    let prompt = try PromptSession()
    #expect(
      try prompt.enter(":chat") == [":chat needs a model; load one first: load \"smollm2\""])
  }

  @Test func `settings of a chat are those of generate`() throws {
    let prompt = try PromptSession()
    try prompt.enter(PromptSession.load)
    #expect(
      try prompt.enter(":chat temperture: 1").first?.contains("no argument `temperture`") == true)
  }
}
