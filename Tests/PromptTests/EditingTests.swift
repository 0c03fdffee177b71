import FoundationEssentials
import TestSupport
import Testing

/// Typing cells.
@Suite struct EditingTests {
  private let up = "\u{1B}[A"

  @Test func `a block is run when its braces are closed, and indented until then`() throws {
    let prompt = try PromptSession()
    let output = try prompt.enter("for x in [1, 2] {\nx * 21\n}")
    #expect(prompt.lines.contains("  x * 21"))
    #expect(output.contains { $0.contains("│ x=2 │ 2 │    42 │") }, "\(output)")
  }

  @Test func `a line that ends with an operator goes on`() throws {
    let prompt = try PromptSession()
    #expect(try prompt.enter("1 +\n2") == ["out[1]  3"])
  }

  @Test func `a block comes back whole and can be changed`() throws {
    let prompt = try PromptSession()
    try prompt.enter("[1,\n2]")
    prompt.terminal.send(up)
    try prompt.terminal.wait(for: "the block") { $0.cursorLine.hasSuffix("2]") }
    #expect(try prompt.enter("[0]").suffix(1) == ["out[2]  1"])
  }

  @Test func `a pasted transcript runs as it was typed, after Enter only`() throws {
    let prompt = try PromptSession()
    let transcript = "skillet[1]> let a = [1,\r  2]\rskillet[2]> a[1]\rout[2]  2\rstray words"
    prompt.terminal.send("\u{1B}[200~\(transcript)\u{1B}[201~")
    try prompt.terminal.wait(for: "the pasted text") { $0.cursorLine == "a[1]" }
    #expect(!prompt.text.contains("stray"))
    #expect(try prompt.enter("").last == "out[1]  2")
  }

  @Test func `a bracket that closes a block stands where the block began`() throws {
    let prompt = try PromptSession()
    prompt.terminal.send("for x in [1] {\rfor y in [2] {\rx\r}")
    try prompt.terminal.waitForCursorLine("  }")
    prompt.terminal.send("\r}")
    try prompt.terminal.waitForCursorLine("}")
  }

  @Test func `Ctrl-R finds a cell of the last session, Up one with the typed start`() throws {
    let prompt = try PromptSession()
    for cell in ["let apple = 1", "let pear = 2", "7"] { try prompt.enter(cell) }
    try prompt.startAgain()
    prompt.terminal.send("\u{12}app\u{1B}")
    try prompt.terminal.wait(for: "the found cell") { $0.text.contains("]> let apple = 1") }
    prompt.terminal.send("\r")
    try prompt.terminal.waitForCursorLine("skillet[2]>")
    prompt.terminal.send("let p" + up)
    try prompt.terminal.waitForCursorLine("skillet[2]> let pear = 2")
  }

  @Test func `Ctrl-L clears the screen and keeps the line`() throws {
    let prompt = try PromptSession()
    try prompt.enter("1")
    prompt.terminal.send("2 +\u{C}")
    try prompt.terminal.wait(for: "a clear screen") { _ in
      prompt.terminal.output.contains("\u{1B}[2J") || prompt.terminal.output.contains("\u{1B}[J")
    }
    prompt.terminal.send(" 3\r")
    try prompt.terminal.wait(for: "the sum") { $0.lines.contains("out[2]  5") }
  }

  @Test func `session commands may be cut short as long as only one is meant`() throws {
    let prompt = try PromptSession()
    try prompt.enter("1")
    #expect(try prompt.enter(":his") == ["1  1"])
    #expect(try prompt.enter(":h") == [":h could be :help or :history or :hints"])
    #expect(
      try prompt.enter(":histroy") == ["there is no command :histroy; did you mean `:history`?"])
  }

  @Test func `cells are remembered in the next session, blocks whole`() throws {
    let prompt = try PromptSession()
    try prompt.enter("1 +\n1")
    try prompt.startAgain()
    prompt.terminal.send(up)
    try prompt.terminal.wait(for: "the earlier cell") { $0.cursorLine.hasSuffix("1") }
    #expect(try prompt.enter("").last == "out[1]  2")
    #expect(try prompt.file(".skillet/history.jsonl").contains(#""text":"1 +\n"#))
  }

  @Test func `two prompts at once keep the cells of both, for their owner only`() throws {
    let home = TemporaryFolder()
    let both = try (0..<2).map { _ in
      try PromptSession(environment: ["SKILLET_HOME": home.path + "/mine"])
    }
    for (prompt, cell) in zip(both, ["let first = 1", "let second = 2"]) { try prompt.enter(cell) }
    for (prompt, cell) in zip(both, ["first + 10", "second + 20"]) { try prompt.enter(cell) }
    let file = home.path + "/mine/history.jsonl"
    let text = String(decoding: try home.bytes(of: "mine/history.jsonl"), as: UTF8.self)
    for cell in ["let first = 1", "let second = 2", "first + 10", "second + 20"] {
      #expect(text.contains("\"text\":\"\(cell)\""), "\(text)")
    }
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func `Ctrl-C gives a fresh prompt, Ctrl-D on an empty line ends with 0`() throws {
    let prompt = try PromptSession()
    prompt.terminal.send("let x = \u{3}")
    try prompt.terminal.wait(for: "the mark of Ctrl-C") { $0.text.contains("^C") }
    try prompt.waitForPrompt()
    #expect(try prompt.enter("6 * 7") == ["out[1]  42"])
    prompt.terminal.send("\u{4}")
    #expect(try prompt.terminal.waitForExit() == 0)
  }

  @Test func `:quit ends the session`() throws {
    let prompt = try PromptSession()
    prompt.terminal.send(":q\r")
    #expect(try prompt.terminal.waitForExit() == 0)
  }

  @Test func `text of any language is edited and shown as it is`() throws {
    let prompt = try PromptSession()
    #expect(try prompt.enter("\"naïve caféx\u{7F} déjà\"") == ["out[1]", "naïve café déjà"])
  }

  @Test func `boxes are as wide as the terminal is by then`() throws {
    let prompt = try PromptSession(columns: 120, rows: 30)
    let wide = "let long = [\"" + String(repeating: "w", count: 70) + "\"]"
    try prompt.enter(wide)
    #expect(try prompt.enter(":vars").contains { $0.count > 80 })
    prompt.terminal.resize(columns: 60, rows: 30)
    let box = try prompt.enter(":vars")
    #expect(box.allSatisfy { $0.count <= 60 }, "\(box)")
    #expect(box.joined().filter { $0 == "w" }.count == 70, "\(box)")
  }
}
