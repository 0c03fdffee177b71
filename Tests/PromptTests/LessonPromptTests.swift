import Files
import TestSupport
import Testing

/// Lessons at the prompt.
@Suite struct LessonPromptTests {
  private func run(_ lines: String..., in skillet: SkilletInput = SkilletInput()) throws -> String {
    try skillet.run(lines.map { $0 + "\n" }.joined())
  }

  /// The command with its standard input from a pipe.
  struct SkilletInput {
    let home = TemporaryFolder()

    func run(_ input: String) throws -> String {
      let process = try ChildProcess(
        BuiltProgram.path("skillet"), [],
        environment: [
          "HOME": home.path, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
          "SWIFT_BACKTRACE": "enable=no",
        ], folder: home.path, input: input)
      let outcome = process.outcome()
      return outcome.output + outcome.errors
    }
  }

  @Test func `a lesson is gone through, and its progress, recipe and notebook are kept`() throws {
    let input = SkilletInput()
    let shown = try run(
      ":lesson rank", "768", "lora rank: 16, targets: [q_proj]", ":hint",
      "lora targets: [q_proj], rank: 8", ":skip", ":skip", "inspect adapter", in: input)
    for part in [
      "A, B and rank", "1/4  One matrix in each block", "noted; now the command",
      "rank 16 works, but this step counts the numbers of rank 8", "taken back",
      "Hint: which argument",
      "You guessed 768; it is 3,072, that is 3 * 8 * (64 + 64).", "✓ 3,072 numbers",
      "2/4  Another shape",
      "The lesson is done", "skillet run ",
    ] { #expect(shown.contains(part), "\(part)\n\(shown)") }
    let progress = String(decoding: try input.home.bytes(of: ".skillet/lessons.txt"), as: UTF8.self)
    #expect(
      progress.contains("rank 1 done hints 1 20") && progress.contains("rank 2 skipped hints 0 20"))
    #expect(input.home.has(".skillet/lessons/rank.recipe"))
    #expect(input.home.has(".skillet/lessons/rank.ipynb"))
  }

  @Test func `a lesson that was left goes on at its step`() throws {
    let input = SkilletInput()
    _ = try run(":lesson rank", "lora rank: 8, targets: [q_proj]", ":quit", in: input)
    let shown = try run(":lesson rank", ":quit", "1 + 1", in: input)
    #expect(shown.contains("step 1 is done already") && shown.contains("2/4  Another shape"))
    #expect(!shown.contains("1/4") && shown.contains("2"))
    let list = try run(":lessons", in: input)
    #expect(list.contains("1/4") && list.contains("perplexity") && list.contains("reproducible"))
  }

  @Test func `the learner's own session is as it was`() throws {
    let shown = try run(
      "let mine = 42", ":lesson rank", "lora rank: 8, targets: [q_proj]", ":quit", "mine",
      ":history")
    #expect(shown.contains("42") && shown.contains("let mine = 42"))
    #expect(!shown.contains("lora rank: 8, targets: [q_proj]\n2  "))
  }

  @Test func `in a lesson no pager takes what is typed`() throws {
    let prompt = try PromptSession(
      columns: 80, rows: 24, environment: ["SKILLET_PAGER": "awk 'END { print \"paged\" }'"])
    prompt.terminal.send(":lesson perplexity\r")
    try prompt.terminal.wait(for: "the lesson", seconds: 60) { $0.cursorLine.hasPrefix("lesson[") }
    prompt.terminal.send("?train\r")
    try prompt.terminal.wait(for: "all of the page", seconds: 60) {
      $0.lines.contains { $0.hasPrefix("Learn it with :lesson") || $0 == "paged" }
    }
    #expect(!prompt.lines.contains("paged"))
  }

  @Test func `from a lesson another one is begun, and what is not for lessons is said`() throws {
    let shown = try run(
      ":lesson rank", ":lesson nope", ":chat", ":lesson 4", ":quit", "1 + 1")
    #expect(shown.contains("there is no lesson nope"))
    #expect(shown.contains("that is not for lessons; :quit leaves this one"))
    #expect(shown.contains("1/3  The measure"), "\(shown)")
    #expect(shown.contains("\n2\n"), "\(shown)")
  }

  @Test func `what would change the lesson's cells is refused with what does it there`() throws {
    let shown = try run(
      ":lesson rank", "lora rank: 8, targets: [q_proj]", ":undo", ":rer 1", ":run x.recipe",
      ":recover 1", ":history", ":skip")
    #expect(shown.contains(":undo is not for lessons: a wrong answer is taken back by itself"))
    #expect(shown.contains(":rerun is not for lessons: type the command again"), "\(shown)")
    #expect(shown.contains(":run is not for lessons") && shown.contains(":recover is not for"))
    #expect(shown.contains("lora rank: 8, targets: [q_proj]\n"), "the cell stays")
    #expect(shown.contains("3/4  "), "the next step is solved as it would have been: \(shown)")
  }

  @Test func `commands that are left are counted, and so are those that are taken back`() throws {
    let shown = try run(
      ":lesson reproducible", ":skip", ":skip", "seed 8", "lora rank: 4",
      "lora rank: 4", ":quit")
    #expect(shown.contains("that ran; the step has 2 more commands"), "\(shown)")
    #expect(shown.contains("that ran; the step has one more command"))
    #expect(shown.contains("the step's 3 commands are taken back"))
  }

  @Test func `a lesson whose model is not here says how it comes`() throws {
    let shown = try run(":lesson real-model", "1 + 1")
    #expect(
      shown.contains("the lesson real-model needs the model smollm2, which is not here"),
      "\(shown)")
    #expect(shown.contains("fetch it with `make model`, or set SKILLET_MODELS"))
  }

  @Test func `a lesson that there is not is refused with the names`() throws {
    let shown = try run(":lesson rnk")
    #expect(shown.contains("there is no lesson rnk") && shown.contains("rank"))
  }
}
