import TestSupport
import Testing

/// Tab.
@Suite struct CompletionTests {
  private func completed(
    _ typed: String, in prompt: PromptSession, shows line: String
  ) throws {
    prompt.terminal.send(typed + "\t")
    try prompt.terminal.wait(for: "the line ‘\(line)’") { $0.cursorLine.hasSuffix(line) }
    prompt.terminal.send("\u{15}")
    try prompt.waitForPrompt()
  }

  @Test func `a verb, an argument, a word and a function are completed where they fit`() throws {
    let prompt = try PromptSession()
    for (typed, line) in [
      ("quan", "]> quantize"), ("lora ra", "lora rank:"), ("quantize int", "quantize int"),
      ("let x = ev", "let x = eval"), ("lora targets: [q_", "lora targets: [q_proj"),
      ("train schedule: cos", "train schedule: cosine"), (":his", ":history"),
    ] { try completed(typed, in: prompt, shows: line) }
  }

  @Test func `several ways to go on are listed with what they mean`() throws {
    let prompt = try PromptSession()
    prompt.terminal.send("lora r\t")
    try prompt.terminal.wait(for: "the list") { $0.text.contains("rslora:") }
    #expect(prompt.text.contains("rank:"))
    #expect(prompt.text.contains("width of A and B"))
    #expect(!prompt.text.contains("alpha:"))
  }

  @Test func `an argument that stands there is not offered again`() throws {
    let prompt = try PromptSession()
    try completed("lora rank: 8, ra", in: prompt, shows: "lora rank: 8, ra")
  }

  @Test func `names of the session and their fields are completed`() throws {
    let prompt = try PromptSession()
    try prompt.enter("let result = {loss: 1.5, tokens: 3}")
    try completed("resu", in: prompt, shows: "]> result")
    try completed("result.l", in: prompt, shows: "]> result.loss")
  }

  @Test func `files and folders are completed inside quotes`() throws {
    let prompt = try PromptSession()
    prompt.folder.write("x", as: "data/rows.jsonl")
    try completed("dataset \"da", in: prompt, shows: "dataset \"data/")
    try completed("dataset \"data/r", in: prompt, shows: "dataset \"data/rows.jsonl\"")
  }

  @Test func `only models and folders are offered to load`() throws {
    let prompt = try PromptSession()
    for name in ["notes.txt", "mine.gguf", "more/x"] { prompt.folder.write("x", as: name) }
    prompt.terminal.send("load \"\t\t")
    try prompt.terminal.wait(for: "the list") { $0.text.contains("more/") }
    #expect(prompt.text.contains("mine.gguf"))
    #expect(!prompt.text.contains("notes"))
  }

  @Test func `a name that is being bound is not offered for its value`() throws {
    let prompt = try PromptSession()
    try completed("let evaluation = ev", in: prompt, shows: "let evaluation = eval")
  }

  @Test func `adapters, columns of a file, parts of rows and fields of a table are completed`()
    throws
  {
    let prompt = try PromptSession(columns: 120)
    prompt.folder.write("ticket,label\n\"a, b\",c\n", as: "tickets.csv")
    for (typed, line) in [
      ("dataset \"tickets.csv\", columns: {pro", "columns: {prompt:"),
      ("dataset \"tickets.csv\", columns: {prompt: ti", "columns: {prompt: \"ticket\""),
      ("dataset \"tickets.csv\", columns: {prompt: \"ti", "columns: {prompt: \"ticket\""),
      (
        "dataset \"tickets.csv\", columns: {prompt: \"ticket\", completion: \"la",
        "completion: \"label\""
      ),
    ] { try completed(typed, in: prompt, shows: line) }
    try prompt.prepare()
    try prompt.enter("lora rank: 2, name: \"house\"")
    try prompt.enter("lora rank: 2, name: \"garden\"")
    try prompt.enter("let width = 3")
    try prompt.enter("let runs = for r in [2, 4] { eval }")
    for (typed, line) in [
      ("use \"ho", "use \"house\""), ("unload \"g", "unload \"garden\""),
      ("combine {ho", "combine {house:"), ("combine {house: 1, gar", "house: 1, garden:"),
      ("combine {house: wi", "combine {house: width"),
      ("let b = best(runs, by: perp", "best(runs, by: perplexity"),
      ("compare runs, sort: token_a", "sort: token_accuracy"),
      ("compare runs, columns: [r, perp", "columns: [r, perplexity"),
    ] { try completed(typed, in: prompt, shows: line) }
    prompt.terminal.send("use \t")
    try prompt.terminal.wait(for: "the adapters") {
      $0.text.contains("\"house\"") || $0.text.contains("house") && $0.text.contains("garden")
    }
    prompt.terminal.send("\u{15}")
    try prompt.waitForPrompt()
    try prompt.enter("train steps: 2")
    prompt.terminal.send("load run: \"\t")
    try prompt.terminal.wait(for: "the run's id in quotes") {
      $0.cursorLine.contains(/load run: "[0-9a-f]{8}"/)
    }
  }

  @Test func `session commands complete what they take`() throws {
    let prompt = try PromptSession()
    prompt.folder.write("x", as: "mine.recipe")
    for (typed, line) in [
      (":mode mark", ":mode markdown"), (":help quan", ":help quantize"),
      (":save mi", ":save mine.recipe"), (":chat temp", ":chat temperature:"),
    ] { try completed(typed, in: prompt, shows: line) }
  }
}
