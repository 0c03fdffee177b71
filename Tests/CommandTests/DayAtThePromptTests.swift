import FoundationEssentials
import TestSupport
import Testing

/// What is typed and shown on a day at the prompt: nothing of it is lost, told twice, or left to be guessed.
@Suite struct DayAtThePromptTests {
  @Test func `lora over a trained adapter that is not saved keeps it under another name`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.adapter + """
        train steps: 2, lr: 1e-2
        lora rank: 4
        use "default-1"
        let kept = inspect adapter
        assert kept.rank == 2 and kept.steps == 2
        save "out/kept"
        use "default"
        lora rank: 8
        :vars

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      outcome.errors.contains("was trained and is not saved; it stays as \"default-1\""),
      outcome.comment)
    #expect(outcome.output.contains("adapter \"default-1\": 2 steps"), outcome.comment)
    // what was not trained is not kept
    #expect(!outcome.output.contains("default-2"), outcome.comment)
  }

  @Test func `a loop's adapters take nobody's name, and nothing is said of it`() throws {
    let outcome = try SkilletRun()(
      input: TinyRecipe.adapter + """
        train steps: 2, lr: 1e-2
        for r in [1, 2] { lora rank: r; train steps: 1; eval }
        let mine = inspect adapter
        assert mine.rank == 2 and mine.steps == 2
        use "default"

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(!outcome.errors.contains("is not saved"), outcome.comment)
  }

  @Test func `columns that are proposed for unknown keys are right as they stand`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      "ticket,label\n\"It broke, again.\",\"{\"\"team\"\":\"\"it\"\"}\"\nIt is fine.,{}\n",
      as: "tickets.csv")
    let line = "dataset \"tickets.csv\""
    let load = TinyRecipe.load
    let refused = try skillet(input: load + line + "\n")
    let proposal = try #require(
      refused.errors.replacing("\n", with: " ").firstMatch(of: /columns: \{[^}]*\}/)?.0,
      refused.comment)
    let outcome = try skillet(input: load + line + ", \(proposal)\nhead 1\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("It broke, again."), outcome.comment)
  }

  @Test func `a run shows the value of a let once, and a reply once`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.data + "let base = eval\nlet reply = generate \"one\", max_tokens: 4\n"
        + "show base.loss > 0\nshow reply.tokens\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.components(separatedBy: "perplexity").count == 2, outcome.comment)
    let lines = outcome.output.components(separatedBy: "\n")
    #expect(lines.count { $0.contains("stop_reason") } == 1, outcome.comment)
    #expect(lines.count { $0.hasPrefix("let reply = ") } == 1, outcome.comment)
  }

  @Test func `rows and descriptions that were only looked at are no part of what is saved`() throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.data
        + "head 1\ndescribe\nlet first = head 1\nshow first.rows\n:save day.recipe\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("left out, since nothing follows from it: head of cell"))
    let text = skillet.folder.text("day.recipe")
    #expect(!text.contains("\nhead 1") && !text.contains("describe"), "\(text)")
    #expect(text.contains("let first = head 1"), "\(text)")
    #expect(!text.contains("\n\n\n") && !text.contains("\n\nlet first"), "no gap: \(text)")
    let cells = text.split(separator: "\n").count - 1
    #expect(outcome.output.contains(" cells in day.recipe"), outcome.comment)
    #expect(!outcome.output.contains("\(cells + 2) cells in"), outcome.comment)
  }

  @Test func `answers that were written to a file are part of what is saved`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.adapter
        + "let a = train steps: 4, until: 2\nanswers max_tokens: 2\n"
        + "answers max_tokens: 2, to: \"early.jsonl\"\ntrain resume: a\n:save day.recipe\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let text = skillet.folder.text("day.recipe")
    #expect(text.contains("to: \"early.jsonl\"") && !text.contains("max_tokens: 2\n"), "\(text)")
  }

  @Test func `an evaluation whose name was bound anew is no part of what is saved`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.adapter
        + "let a = train steps: 4, until: 2\nlet tuned = eval\ntrain resume: a\nlet tuned = eval\n"
        + "show tuned.loss\n:save day.recipe\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let text = skillet.folder.text("day.recipe")
    #expect(text.components(separatedBy: "let tuned = eval").count == 2, "\(text)")
    #expect(!text.contains("tuned_2"), "\(text)")
    let checked = try skillet("check", "day.recipe")
    #expect(!checked.errors.contains("warning"), checked.comment)
  }

  @Test func `a name is bound anew at the prompt, and the recipe of it runs`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: "let a = 1\nlet b = a + 1\nlet a = b * 10\nshow \"{a} {b}\"\n:save day.recipe\n")
    #expect(outcome.ending == .exited(0) && outcome.output.contains("20 2\n"), outcome.comment)
    let replay = try skillet("run", "day.recipe")
    #expect(replay.ending == .exited(0) && replay.output.contains("20 2\n"), replay.comment)
    let file = try skillet.recipe(TinyRecipe.header + "let a = 1\nlet a = 2\n")
    #expect(file.errors.contains("error[E0304]"), file.comment)
  }

  @Test func `objects, lists and numbers of a column are written as JSON`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      "{\"q\": \"one\", \"a\": {\"n\": 1, \"tags\": [\"x\"]}}\n{\"q\": \"two\", \"a\": 2.5}\n",
      as: "rows.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.load + """
        dataset "rows.jsonl", columns: {prompt: "q", completion: "a"}
        let rows = (head 2).table
        show rows[0].completion
        show rows[1].completion

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("\n{\"n\":1,\"tags\":[\"x\"]}\n"), outcome.comment)
    #expect(outcome.output.contains("\n2.5\n"), outcome.comment)
  }

  @Test func `a saved session checks without a warning, as the lines do that hints propose`() throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.data + """
        let base = eval
        lora rank: 2
        let half = train steps: 4, until: 2
        let fit = train resume: half
        let tuned = eval
        let ratio = tuned.loss / base.loss
        let share = (eval).loss / ratio
        head 1
        let runs = for r in [1, 2] { lora rank: r; train steps: 1; eval }
        plot runs, x: r, y: loss
        let reply = generate "one", max_tokens: 2
        :save day.recipe

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let told = outcome.errors.replacing("\n", with: " ")
    #expect(told.contains("let ratio of cell"), outcome.comment)
    #expect(told.contains("let share of cell"), outcome.comment)
    let checked = try skillet("check", "day.recipe")
    #expect(checked.ending == .exited(0), checked.comment)
    #expect(!checked.errors.contains("warning["), checked.comment)
    #expect(checked.errors.contains("no mistakes found"), checked.comment)
  }

  @Test func `a name that nobody reads is warned of where no run shows its value`() throws {
    let skillet = try SkilletRun()
    let lines = TinyRecipe.data + "let base = eval\nlet odd = 3\n"
    skillet.folder.write(lines, as: "x.recipe")
    let checked = try skillet("check", "x.recipe")
    #expect(checked.ending == .exited(0), checked.comment)
    #expect(checked.errors.components(separatedBy: "warning[").count == 2, checked.comment)
    #expect(checked.errors.contains("warning[W0301]: `odd` is never used"), checked.comment)
  }

  @Test func `values of let cells stand in an exported notebook`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(input: TinyRecipe.data + "let base = eval\n:export day.ipynb\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let notebook = skillet.folder.text("day.ipynb")
    #expect(notebook.contains("  perplexity  "), "\(notebook)")
  }
}
