import TestSupport
import Testing

/// `skillet accept`, and what `run` says of expectations.
@Suite struct AcceptTests {
  private static let recipe = """
    recipe "smoke",   language: 1    # spaces stay
    seed 1
    load "\(TinyRecipe.model)"
    \(TinyRecipe.dataset)\
    split valid: 1, test: 1
    lora rank: 2,targets: [q_proj]
    expect (inspect adapter).trainable
    let base = eval
    expect base.loss ~= 1.00   within 0.02   # by hand
    expect base.finite == true
    expect "roses are red" matches "roses*"

    """

  @Test func `an expectation without a value fails the run and says how to record it`() throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.header + "expect 8 * 64\nshow 1\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0703]: this expectation has no recorded value yet"))
    #expect(outcome.errors.contains("^^^^^^ now 512\n"), outcome.comment)
    #expect(outcome.errors.contains("expect 8 * 64 == 512\n"), outcome.comment)
    #expect(outcome.output.hasSuffix("\n1\n"), outcome.comment)
  }

  @Test func `accept writes values, shows old and new, and leaves all else alone`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(Self.recipe, as: "smoke.recipe")
    let outcome = try skillet("accept", "smoke.recipe", "--all")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let text = String(decoding: try skillet.folder.bytes(of: "smoke.recipe"), as: UTF8.self)
    let loss = try #require(text.firstMatch(of: /~= (\d\.\d+)   within 0.02/)?.1)
    let expected = Self.recipe.replacing(".trainable\n", with: ".trainable == 768\n")
      .replacing("1.00", with: String(loss))
    #expect(text == expected)
    #expect(
      outcome.output == """
        smoke.recipe:12
          - expect (inspect adapter).trainable
          + expect (inspect adapter).trainable == 768
        smoke.recipe:14
          - expect base.loss ~= 1.00   within 0.02   # by hand
          + expect base.loss ~= \(loss)   within 0.02   # by hand

        """, outcome.comment)
    let again = try skillet("run", "smoke.recipe")
    #expect(again.ending == .exited(0), again.comment)
    let same = try skillet("accept", "smoke.recipe", "--all")
    #expect(same.output.isEmpty && same.errors.contains("nothing to record"), same.comment)
  }

  @Test func `a machine that only checks records nothing`() throws {
    let skillet = try SkilletRun(["CI": "true"])
    skillet.folder.write(TinyRecipe.header + "expect 2 + 2\n", as: "a.recipe")
    let refused = try skillet("accept", "a.recipe")
    #expect(refused.ending == .exited(64), refused.comment)
    #expect(refused.errors.contains("CI is set"), refused.comment)
    #expect(!skillet.folder.text("a.recipe").contains("=="))
    let forced = try skillet("accept", "a.recipe", "--force", "--all")
    #expect(forced.ending == .exited(0), forced.comment)
    #expect(skillet.folder.text("a.recipe").hasSuffix("expect 2 + 2 == 4\n"))
  }

  @Test func `without a terminal to ask at nothing is run`() throws {
    let skillet = try SkilletRun()
    let text = TinyRecipe.header + "show 1\nexpect 2 + 2 == 5\n"
    skillet.folder.write(text, as: "a.recipe")
    let outcome = try skillet("accept", "a.recipe", input: "a\n")
    #expect(outcome.ending == .exited(64), outcome.comment)
    #expect(outcome.errors.contains("--all records every value, --dry-run shows"), outcome.comment)
    #expect(!outcome.errors.contains("show 1") && outcome.output.isEmpty, outcome.comment)
    #expect(skillet.folder.text("a.recipe") == text)
    #expect(try skillet("accept", "a.recipe", "--all", "--dry-run").ending == .exited(64))
  }

  @Test func `--dry-run shows values, and writes none`() throws {
    let skillet = try SkilletRun()
    let text = TinyRecipe.header + "expect 2 + 2 == 5\nexpect 3\n"
    skillet.folder.write(text, as: "a.recipe")
    let outcome = try skillet("accept", "a.recipe", "--dry-run")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(
      outcome.output == """
        a.recipe:2
          - expect 2 + 2 == 5
          + expect 2 + 2 == 4
        a.recipe:3
          - expect 3
          + expect 3 == 3

        """, outcome.comment)
    #expect(
      outcome.errors.contains("`skillet accept a.recipe --all` records these 2 values"),
      outcome.comment)
    #expect(skillet.folder.text("a.recipe") == text)
  }

  @Test func `an expectation over several lines is shown whole`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.header + "expect (2 +\n  2) == [\n  4, 5,\n]\nexpect 1 == 1\n", as: "a.recipe")
    let outcome = try skillet("accept", "a.recipe", "--all")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      outcome.output == """
        a.recipe:2
          - expect (2 +
          -   2) == [
          -   4, 5,
          - ]
          + expect (2 +
          +   2) == 4

        """, outcome.comment)
    #expect(skillet.folder.text("a.recipe").hasSuffix("  2) == 4\nexpect 1 == 1\n"))
  }

  @Test(arguments: [(["--dry-run"], "pending"), (["--all"], "accepted")])
  func `--json tells each value with what became of it`(
    _ options: [String], decision: String
  ) throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.header + "expect 2 == 5\nexpect 3\nexpect \"a\" matches \"b\"\n", as: "a.recipe")
    let outcome = try skillet.run(["accept", "a.recipe", "--json"] + options)
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.isEmpty, outcome.comment)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    let event = #"{"event":"expectation","file":"a.recipe","#
    #expect(
      lines.filter { $0.hasPrefix(event) }.map { String($0.dropFirst(event.count)) } == [
        #""line":2,"subject":"2","old":"5","new":"2","decision":"\#(decision)","reason":null}"#,
        #""line":3,"subject":"3","old":null,"new":"== 3","decision":"\#(decision)","reason":null}"#,
        #""line":4,"subject":"\"a\"","old":null,"new":null,"decision":"pending","#
          + #""reason":"a pattern is the author's to change"}"#,
      ], outcome.comment)
    #expect(lines.last?.hasPrefix(#"{"event":"done","ok":false,"#) == true, outcome.comment)
  }

  @Test func `a claim that fails is no value to record, and nothing is written`() throws {
    let skillet = try SkilletRun()
    let text = TinyRecipe.header + "expect 2 + 2\nassert (seed 3).seed > 3\n"
    skillet.folder.write(text, as: "a.recipe")
    let outcome = try skillet("accept", "a.recipe", "--all")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("E0701") && !outcome.errors.contains("E0703"))
    #expect(skillet.folder.text("a.recipe") == text)
    #expect(skillet.folder.names == ["a.recipe"])
  }

  @Test func `a pattern and a computed value are left to their author`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      TinyRecipe.header + "let x = 3\nexpect \"red\" matches \"blue*\"\nexpect 2 == x\nexpect x\n",
      as: "a.recipe")
    let outcome = try skillet("accept", "a.recipe", "--all")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("a.recipe:3: expect \"red\": a pattern is the author's"))
    #expect(outcome.errors.contains("a.recipe:4: expect 2: its right side is computed"))
    #expect(skillet.folder.text("a.recipe").hasSuffix("expect 2 == x\nexpect x == 3\n"))
  }
}
