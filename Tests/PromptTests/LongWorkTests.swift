import Foundation
import TestSupport
import Testing

/// Ctrl-C while the engine works.
@Suite struct LongWorkTests {
  private func trainUntilCtrlC(_ prompt: PromptSession, _ cell: String) throws {
    prompt.terminal.send(cell + "\r")
    try prompt.terminal.wait(for: "a step") { $0.cursorLine.contains("loss") }
    prompt.terminal.send("\u{3}")
    try prompt.waitForPrompt()
  }

  @Test func `a training that is stopped keeps its adapter, and its cell counts`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try trainUntilCtrlC(prompt, "train steps: 1000000, lr: 1e-3")
    #expect(prompt.lines.last == "skillet[6]>")
    let text = prompt.lines.joined(separator: " ")
    #expect(text.contains("of 1000000; the adapter of step "))
    #expect(text.contains("is kept as _5: `train resume: _5` goes on"))
    #expect(try prompt.enter("_5.steps > 0") == ["out[6]  true"])
    #expect(try prompt.enter("save \"out\"").first == "out[7]")
    #expect(prompt.folder.has("out/adapter_model.safetensors"))
  }

  @Test func `a training that was stopped is gone on with in another session`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try trainUntilCtrlC(prompt, "train steps: 1000000, lr: 1e-3")
    #expect(prompt.lines.joined(separator: " ").contains("and `:recover` in another session"))
    try prompt.startAgain()
    #expect(prompt.lines.contains { $0.hasPrefix("a training was stopped after step ") })
    let listed = try prompt.enter(":recover").joined()
    #expect(listed.contains("stopped") && listed.contains("rows.jsonl"), "\(listed)")
    prompt.terminal.send(":recover 1\r")
    try prompt.terminal.wait(for: "the line", seconds: 60) {
      $0.text.contains("skillet[4]> train resume: ")
    }
    let lines = try prompt.enter(", budget: 1s;")
    #expect(!lines.contains { $0.hasPrefix("error") }, "\(lines)")
    #expect(prompt.text.contains("is kept as _4"))
    #expect(try prompt.enter(":recover clear") == ["nothing is left to go on with"])
    #expect(try prompt.enter(":recover") == ["no training was cut off or stopped"])
  }

  @Test func `what goes on from a stopped training of another session is saved with a copy of it`()
    throws
  {
    let prompt = try PromptSession(columns: 200)
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try prompt.enter("train steps: 6, until: 3")
    prompt.folder.write("", as: "kept/other.txt")
    try prompt.startAgain()
    prompt.terminal.send(":recover 1\r")
    try prompt.terminal.wait(for: "the line", seconds: 60) { $0.text.contains("]> train resume: ") }
    try prompt.enter("")
    try prompt.enter("save \"first\"")
    let answer = try prompt.enter(":save kept/mine").joined(separator: "|")
    #expect(answer.contains("is copied to kept/mine-start, which it needs"), "\(answer)")
    #expect(try prompt.file("kept/mine.recipe").contains("train resume: \"mine-start\"\n"))
    try prompt.enter(":recover clear")
    let adapter = try prompt.folder.bytes(of: "first/adapter_model.safetensors")
    try FileManager.default.removeItem(atPath: prompt.folder.path + "/first")
    let process = try ChildProcess(
      BuiltProgram.path("skillet"), ["run", "kept/mine.recipe"],
      environment: ["HOME": prompt.folder.path, "LC_ALL": "C.UTF-8"],
      folder: prompt.folder.path, input: "")
    let outcome = process.outcome()
    #expect(outcome.ending == .exited(0), "\(outcome.output)\n\(outcome.errors)")
    #expect(try prompt.folder.bytes(of: "first/adapter_model.safetensors") == adapter)
  }

  @Test func `a training that went on to its end is not kept for another session`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try prompt.enter("let a = train steps: 4, until: 2")
    try prompt.enter("train resume: a")
    try prompt.startAgain()
    #expect(try prompt.enter(":recover") == ["no training was cut off or stopped"])
  }

  @Test(arguments: [(SIGHUP, 129), (SIGTERM, 143)] as [(Int32, Int32)])
  func `a prompt whose terminal goes while it trains keeps the adapter and its state`(
    _ signal: Int32, _ status: Int32
  ) throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    prompt.terminal.send("train steps: 1000000, lr: 1e-3\r")
    try prompt.terminal.wait(for: "a step", seconds: 60) { $0.cursorLine.contains("loss") }
    prompt.terminal.signal(signal)
    #expect(try prompt.terminal.waitForExit(seconds: 60) == status)
    #expect(prompt.folder.has("interrupted-adapter/adapter_model.safetensors"))
    try prompt.startAgain(afterItsEnd: true)
    for cell in [PromptSession.load, "dataset \"rows.jsonl\"", "split valid: 1", "lora rank: 2"] {
      try prompt.enter(cell)
    }
    let lines = try prompt.enter("train resume: \"interrupted-adapter\", budget: 1s;")
    #expect(!lines.contains { $0.hasPrefix("error") }, "\(lines)")
  }

  @Test(
    arguments: [(["save \"rows.jsonl\""], 1), (["save \"rows.jsonl\"", "save \"out\""], 0)]
      as [([String], Int32)])
  func `a prompt that is left with its last saving failed ends with 1`(
    _ cells: [String], _ status: Int32
  ) throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    for cell in cells { try prompt.enter(cell) }
    prompt.terminal.send("\u{4}")
    #expect(try prompt.terminal.waitForExit(seconds: 60) == status)
  }

  @Test func `what stands behind a stopped training in its cell is not run`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try trainUntilCtrlC(prompt, "train steps: 1000000; let after = eval")
    let kept = try prompt.enter(":history 5")
    #expect(kept.count == 1)
    #expect(
      kept.first?.wholeMatch(of: /5  train steps: 1000000, until: \d+  # run [0-9a-f]{8}/) != nil,
      "\(kept)")
    #expect(try prompt.enter("after").first?.contains("E0501") == true)
  }

  @Test func `a loop that is stopped changes nothing`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try trainUntilCtrlC(
      prompt, "for r in [1, 2] {\rlora rank: r\rtrain steps: 1000000\reval\r}")
    #expect(prompt.text.contains("stopped; the cell has changed nothing"))
    #expect(prompt.lines.last == "skillet[4]>")
  }

  @Test func `a loop that is stopped later keeps the runs that are done`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try trainUntilCtrlC(
      prompt,
      "let runs = for n in [1, 1000000] {\rlora rank: 2\rtrain steps: n, lr: 1e-3\reval\r}")
    #expect(prompt.text.contains("stopped: 1 of 2 runs are done"))
    #expect(try prompt.enter("runs.n") == ["out[5]  [1]"])
    let answer = try prompt.enter(":save mine").joined(separator: "|")
    #expect(answer.hasPrefix("not saved:|- cell 4 was stopped before its end"), "\(answer)")
    #expect(answer.hasSuffix("|- :save FILE 1-3 leaves that out"), "\(answer)")
  }

  @Test func `let prints nothing, but after long work a line says what came of it`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    let lines = try prompt.enter("let fit = train steps: 1000000, budget: 3s")
    #expect(lines.contains { $0.hasPrefix("fit: steps ") && $0.contains(", loss ") }, "\(lines)")
    #expect(!lines.contains { $0.hasPrefix("out[") })
  }

  @Test func `a stopped training is resumed where it stood`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try trainUntilCtrlC(prompt, "train steps: 1000000, lr: 1e-3")
    try prompt.enter("train resume: _5, steps: _5.steps + 2;")
    #expect(try prompt.enter("_6.steps") == ["out[7]  2"])
    #expect(
      try prompt.enter("train resume: _6").joined(separator: " ").contains(
        "all that were asked for")
    )
    try prompt.enter(":rerun 4")
    #expect(try prompt.enter("train resume: _4").first?.contains("E0426") == true)
  }

  @Test func `a training that breaks off names its step, what is kept and how to go on`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2, alpha: 1e6")
    let text = try prompt.enter(
      "train steps: 60, lr: 10, weight_decay: 1, schedule: constant, warmup: 0"
    ).joined(separator: " ")
    #expect(
      text.contains(" of 60: the loss became NaN or infinite; the adapter of step "), "\(text)")
    #expect(text.contains("is kept as _5: `train lr: 2.5, resume: _5` goes on with a smaller rate"))
    #expect(try prompt.enter("_5.finite") == ["out[6]  false"])
  }

  @Test func `a cell that fails half-way says what is taken back`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    let output = try prompt.enter("lora rank: 2; save \"rows.jsonl\"")
    #expect(output.contains { $0.hasPrefix("error[E0801]") })
    #expect(output.contains { $0.contains("--> cell 4:1:") })
    #expect(
      output.last == "what cell 4 did before this is taken back: the session is as after cell 3")
    #expect(try prompt.enter("train").first?.hasPrefix("error[E0401]") == true)
  }

  @Test func `long work is estimated by its first steps`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    prompt.terminal.send("train steps: 1000000, lr: 1e-3\r")
    try prompt.terminal.wait(for: "the estimate", seconds: 60) {
      $0.lines.contains {
        $0.hasPrefix("this will take about ") && $0.contains(", by the first ")
      }
    }
    prompt.terminal.send("\u{3}")
    try prompt.waitForPrompt()
    #expect(!prompt.text.contains("were promised"), "a stopped training has kept no promise")
  }

  @Test func `what ends a training early shortens its estimate`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    let promise = /this will take about (\d+) s, by the first \d+ steps/
    prompt.terminal.send("train steps: 1000000, budget: 15s, lr: 1e-3\r")
    try prompt.terminal.wait(for: "the estimate", seconds: 60) { _ in
      prompt.terminal.output.contains(promise)
    }
    let promised = try #require(prompt.terminal.output.firstMatch(of: promise)?.1)
    #expect(Int(promised) == 15)
    prompt.terminal.send("\u{3}")
    try prompt.waitForPrompt()
    prompt.terminal.send("train steps: 1000000, until: 200000, lr: 1e-3\r")
    try prompt.terminal.wait(for: "the steps until the pause", seconds: 60) {
      $0.text.contains("/200000")
    }
    prompt.terminal.send("\u{3}")
    try prompt.waitForPrompt()
  }

  @Test func `a loop is estimated by its first runs`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    prompt.terminal.send("for n in range(1, 9000) {\rlora rank: 2\rtrain steps: 1\reval\r}\r")
    try prompt.terminal.wait(for: "the estimate", seconds: 60) { _ in
      prompt.terminal.output.contains(/this will take about .*, by the first \d+ runs/)
    }
    prompt.terminal.send("\u{3}")
    try prompt.waitForPrompt()
  }

  /// A training in cell 5, stopped and resumed by the given cells; gives its adapter.
  private func stopAndResume(
    _ prompt: PromptSession, _ train: String, _ cells: [String]
  ) throws -> [UInt8] {
    try prompt.prepare()
    try prompt.enter("lora rank: 2, dropout: 0.1")
    try trainUntilCtrlC(prompt, train)
    for cell in cells { try prompt.enter(cell) }
    try prompt.enter("save \"first\"")
    return try prompt.folder.bytes(of: "first/adapter_model.safetensors")
  }

  /// Saves the session, checks it and runs it after the folder it writes was taken away.
  private func replay(_ prompt: PromptSession, _ cells: String = "") throws -> [UInt8] {
    let answer = try prompt.enter(":save mine \(cells)").joined(separator: " ")
    #expect(answer.contains("replay: skillet run mine.recipe"), "\(answer)")
    try FileManager.default.removeItem(atPath: prompt.folder.path + "/first")
    for command in ["check", "run"] {
      let process = try ChildProcess(
        BuiltProgram.path("skillet"), [command, "mine.recipe"],
        environment: ["HOME": prompt.folder.path, "LC_ALL": "C.UTF-8"],
        folder: prompt.folder.path, input: "")
      let outcome = process.outcome()
      #expect(outcome.ending == .exited(0), "\(outcome.output)\n\(outcome.errors)")
    }
    return try prompt.folder.bytes(of: "first/adapter_model.safetensors")
  }

  @Test func `a stopped training is saved as one that stops there`() throws {
    let prompt = try PromptSession()
    let adapter = try stopAndResume(prompt, "train steps: 100000, lr: 1e-3, batch: 2", [])
    #expect(try replay(prompt) == adapter)
    let recipe = try prompt.file("mine.recipe")
    #expect(recipe.contains(/\ntrain steps: 100000, lr: 1e-3, batch: 2, until: \d+\n/), "\(recipe)")
  }

  @Test func `a training in stages is saved as its stages, each with its own arguments`() throws {
    let prompt = try PromptSession()
    let adapter = try stopAndResume(
      prompt, "let fit = train steps: 3000, lr: 1e-3, batch: 2",
      ["let loss = (eval).loss", "train resume: fit, steps: fit.steps + 6, lr: 3e-4"])
    #expect(try replay(prompt) == adapter)
    let recipe = try prompt.file("mine.recipe")
    #expect(recipe.contains(/let fit = train steps: 3000, lr: 1e-3, batch: 2, until: \d+\n/))
    #expect(recipe.contains("train resume: fit, steps: fit.steps + 6, lr: 3e-4\n"), "\(recipe)")
    #expect(!recipe.contains("let loss"), "nobody reads it: \(recipe)")
  }

  @Test func `a later session finds a stopped training under its number, as it stopped`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try trainUntilCtrlC(prompt, "train steps: 100000")
    try prompt.enter(":undo")
    try trainUntilCtrlC(prompt, "train steps: 100000, batch: 2; eval")
    try prompt.startAgain()
    let cells = try prompt.enter(":history ~1/4-")
    #expect(cells.first == "4  lora rank: 2" && cells.count == 2, "\(cells)")
    #expect(
      cells.last?.wholeMatch(of: /5  train steps: 100000, batch: 2, until: \d+  # run [0-9a-f]{8}/)
        != nil, "\(cells)")
  }

  @Test func `looks on the way are left out, and said`() throws {
    let prompt = try PromptSession()
    let adapter = try stopAndResume(
      prompt, "train steps: 3000, lr: 1e-3, batch: 2",
      ["eval", "plot loss", "inspect adapter", "train resume: _5, steps: _5.steps + 2", "eval"])
    #expect(try replay(prompt) == adapter)
    let answer = prompt.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      answer.contains("nothing follows from it: eval of cell 6, plot of cell 7, inspect of cell 8"),
      "\(answer)")
    let recipe = try prompt.file("mine.recipe")
    #expect(!recipe.contains("plot") && !recipe.contains("inspect"), "\(recipe)")
    #expect(recipe.contains("\neval\nsave"), "\(recipe)")
  }

  @Test func `all that stands in the way is told at once, with what works`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try trainUntilCtrlC(prompt, "(train steps: 100000).loss")
    try prompt.enter("_ * 2")
    try prompt.enter("generate \"a\", max_tokens: 2")
    prompt.folder.write("{\"text\": \"other\"}\n", as: "rows.jsonl")
    let answer = try prompt.enter(":save mine").joined(separator: "|")
    #expect(
      answer.contains("|- \"rows.jsonl\" was edited or moved after cell 2 read it"), "\(answer)")
    #expect(answer.contains("|- cell 5 was stopped before its end"), "\(answer)")
    #expect(!answer.contains("|- cell 6 "), "\(answer)")
    #expect(!prompt.folder.has("mine.recipe"))
  }

  @Test func `a long training shows its line before the first step is done`() throws {
    let prompt = try PromptSession()
    try prompt.prepare()
    try prompt.enter("lora rank: 2")
    try trainUntilCtrlC(prompt, "train steps: 1000000")
    #expect(
      prompt.terminal.output.contains("0/1,000,000") || prompt.terminal.output.contains("0/1000000")
    )
  }
}
