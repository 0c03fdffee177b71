import TestSupport
import Testing

/// What cells give, and going back to them.
@Suite struct CellTests {
  @Test func `values are out[3], _ and _3; an error leaves them alone`() throws {
    let prompt = try PromptSession()
    try prompt.enter("20 + 1")
    #expect(try prompt.enter("1 / 0").first?.hasPrefix("error[") == true)
    #expect(prompt.lines.last == "skillet[2]>")
    #expect(try prompt.enter("_ * 2") == ["out[2]  42"])
    #expect(try prompt.enter("out[1] + _2") == ["out[3]  63"])
  }

  @Test func `let and a semicolon are silent`() throws {
    let prompt = try PromptSession()
    #expect(try prompt.enter("let a = 2").isEmpty)
    #expect(try prompt.enter("a;").isEmpty)
  }

  @Test func `cells are listed, run again and put on the prompt by their numbers`() throws {
    let prompt = try PromptSession()
    for cell in ["1 + 1", "let a = 5", "a * 2"] { try prompt.enter(cell) }
    #expect(try prompt.enter(":history 1,3") == ["1  1 + 1", "3  a * 2"])
    #expect(
      try prompt.enter(":rerun 1,3").filter { $0.hasPrefix("out") } == ["out[4]  2", "out[5]  10"])
    prompt.terminal.send(":edit 3\r")
    try prompt.terminal.wait(for: "the cell on the prompt") { $0.cursorLine == "skillet[6]> a * 2" }
    #expect(try prompt.enter("1") == ["out[6]  105"])
    #expect(try prompt.enter(":history 9") == ["there is no cell 9; the cells are 1-6"])
  }

  @Test func `undo takes names and weights back`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try prompt.enter("let before = eval")
    try prompt.enter("train steps: 3, lr: 1e-2")
    try prompt.enter("let after = eval")
    #expect(try prompt.enter("after.loss == before.loss") == ["out[8]  false"])
    for _ in 1...3 { try prompt.enter(":undo") }
    #expect(try prompt.enter("after").first?.contains("E0501") == true)
    #expect(try prompt.enter("(eval).loss == before.loss") == ["out[6]  true"])
    #expect(try prompt.enter(":vars").contains("adapter \"default\": 0 steps, in use"))
  }

  @Test func `names are listed with their types and cells`() throws {
    let prompt = try PromptSession()
    try prompt.enter("1")
    try prompt.enter("let ratio = 25%")
    let box = try prompt.enter(":vars")
    #expect(box.contains("│ ratio │ percent │    2 │ 25.00% │"), "\(box)")
    #expect(!box.contains { $0.contains("out") })
  }

  @Test func `a value is marked when its model, its data or its file is another by now`() throws {
    let prompt = try PromptSession(columns: 120)
    try prompt.prepare()
    try prompt.enter("let base = eval")
    try prompt.enter("let twice = base.loss * 2")
    try prompt.enter("let fixed = 2")
    #expect(try prompt.enter(":vars").allSatisfy { !$0.contains("stale") })
    try prompt.enter("quantize int8")
    let box = try prompt.enter(":vars")
    #expect(box.contains { $0.contains("base") && $0.contains("quantize in 7") }, "\(box)")
    #expect(box.contains { $0.contains("twice") && $0.contains("as base is") }, "\(box)")
    #expect(box.contains { $0.contains("fixed") && !$0.contains("as ") && !$0.contains("in 7") })
    try prompt.enter(":undo")
    prompt.folder.write("{\"text\": \"other\"}\n", as: "rows.jsonl")
    #expect(try prompt.enter(":vars").contains { $0.contains("rows.jsonl edited") })
  }

  @Test func `a value is marked when its adapter was trained on or is another one`() throws {
    let prompt = try PromptSession(columns: 120)
    try prompt.prepare()
    try prompt.enter("let base = eval")
    try prompt.enter("let shape = lora rank: 2; let fit = train steps: 1; let tuned = eval")
    try prompt.enter("let runs = for r in [1, 2] {\nlora rank: r\ntrain steps: 1\neval\n}")
    let box = try prompt.enter(":vars")
    // a baseline was measured without an adapter, and stays true of the model
    for name in ["base", "shape", "fit", "tuned", "runs"] {
      #expect(box.contains { $0.contains("│ \(name) ") && !$0.contains(" in ") }, "\(box)")
    }
    try prompt.enter("train steps: 1")
    let later = try prompt.enter(":vars")
    for name in ["fit", "tuned"] {
      #expect(later.contains { $0.contains("│ \(name) ") && $0.contains("│ train in 7 ") })
    }
    for name in ["base", "shape", "runs"] {
      #expect(later.contains { $0.contains("│ \(name) ") && !$0.contains(" in 7") }, "\(later)")
    }
    try prompt.enter("let again = eval")
    #expect(try prompt.enter(":vars").contains { $0.contains("again") && !$0.contains(" in ") })
    try prompt.enter("use base")
    #expect(try prompt.enter(":vars").contains { $0.contains("again") && $0.contains("use in 9") })
  }

  @Test func `a training that went on is not stale since its beginning was replaced by it`() throws
  {
    let prompt = try PromptSession(columns: 120)
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try prompt.enter("let half = train steps: 4, until: 2")
    try prompt.enter("let whole = train resume: half")
    let box = try prompt.enter(":vars")
    #expect(box.contains { $0.contains("│ half ") && $0.contains("train in 6") }, "\(box)")
    #expect(box.contains { $0.contains("│ whole ") && !$0.contains("as half is") }, "\(box)")
  }

  @Test func `a mode holds until the next, :once sends one result to a file`() throws {
    let prompt = try PromptSession(["--mode", "line"])
    #expect(try prompt.enter("{a: 1, b: 2.5}") == ["a = 1", "b = 2.500"])
    try prompt.enter(":mode jsonl")
    #expect(try prompt.enter("{a: 1, b: 2.5}") == [#"{"a":1,"b":2.5}"#])
    try prompt.enter(":mode box")
    try prompt.enter(":once \"my runs.csv\"")
    #expect(
      try prompt.enter("for n in [1, 2] { {half: n / 2} }").last == "written to my runs.csv as csv")
    #expect(try prompt.file("my runs.csv") == "run,n,half\nn=1,1,0.5\nn=2,2,1\n")
    #expect(try prompt.enter("7") == ["out[4]  7"])
    #expect(try prompt.enter(":mode bxo").first?.hasPrefix("there is no mode bxo") == true)
  }

  @Test func `a hint says once what could come next, and can be switched off`() throws {
    let prompt = try PromptSession()
    try prompt.prepare(hints: true)
    #expect(prompt.text.contains("next: dataset "))
    #expect(prompt.text.contains("next: let base = eval, then lora rank: 8"))
    #expect(try prompt.enter("split valid: 2").allSatisfy { !$0.contains("next:") })
    try prompt.enter(":hints off")
    #expect(try prompt.enter("lora rank: 2").allSatisfy { !$0.contains("next:") })
  }

  @Test func `the first mistake of a session points to its page`() throws {
    let prompt = try PromptSession()
    #expect(try prompt.enter("1 / 0").last == "more: ?E0503")
    #expect(try prompt.enter("?E0503").first == "E0503: a division by zero")
    #expect(try prompt.enter("1 / 0").allSatisfy { !$0.hasPrefix("more:") })
  }

  @Test func `a table that is too wide leaves out what tells least, and says so`() throws {
    let prompt = try PromptSession(columns: 60)
    let row = "{same: s, loss: r * 1.5, tokens: 1_000_000, note: \"equal in all rows\", total: r}"
    let output = try prompt.enter("for s in [nf4, int8], r in [2, 4] as \"{s}-{r}\" {\n\(row)\n}")
    let box = output.drop { !$0.hasPrefix("┌") }
    #expect(box.allSatisfy { $0.count <= 60 }, "\(box)")
    #expect(box.contains { $0.contains("run ") && $0.contains("loss") && $0.contains("tokens") })
    #expect(box.last == "not shown: same, total; all by :mode line or --json", "\(box)")
  }
}
