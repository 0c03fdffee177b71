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
  }
}
