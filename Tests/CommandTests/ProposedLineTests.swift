import TestSupport
import Testing

/// Messages with the right word: what one proposes, written in place of the mistake, leaves none.
@Suite struct ProposedLineTests {
  /// What the lines stand on.
  private static let before = TinyRecipe.adapter + "let r = 4\nshow r\n"

  private func check(_ line: String) throws -> ChildProcess.Outcome {
    let skillet = try SkilletRun()
    skillet.folder.write("ticket,label\na,b\nc,d\ne,f\ng,h\n", as: "t.csv")
    skillet.folder.write("q,about,sql\na,b,c\nd,e,f\ng,h,i\n", as: "three.csv")
    skillet.folder.write(Self.before + line + "\n", as: "x.recipe")
    return try skillet("check", "x.recipe")
  }

  @Test(arguments: [
    ("lora(r=8)", "write `lora rank: 8`", "lora rank: 8"),
    ("quantize nf4 block: 64", "`quantize nf4, block: 64`", "quantize nf4, block: 64"),
    ("lora rank: r --alpha 16", "write `lora rank: r, alpha: 16`", "lora rank: r, alpha: 16"),
    ("train seed: 3", "`seed` is a command, on a line of its own: seed 42", "seed 42"),
    ("train steps: 10m", "a duration is for `budget:`", "train budget: 10m"),
    ("train steps: 5, budget: 10", "write the unit: 10s or 10m", "train steps: 5, budget: 10s"),
    ("split valid: 0.1", "write 10%", "split valid: 10%"),
    (
      "dataset \"t.csv\"", "columns: {prompt: \"ticket\", completion: \"label\"}",
      "dataset \"t.csv\", columns: {prompt: \"ticket\", completion: \"label\"}"
    ),
    (
      "dataset \"three.csv\", columns: {prompt: [\"q\", \"about\"], completion: \"sql\"}",
      "{instruction: \"q\", input: \"about\", output: \"sql\"}",
      "dataset \"three.csv\", columns: {instruction: \"q\", input: \"about\", output: \"sql\"}"
    ),
    ("let x = eval.perplexity", "`(eval).perplexity`", "show (eval).perplexity"),
    ("show 1 < 2 < 3", "`a < b and b < c`", "show 1 < 2 and 2 < 3"),
    ("let nf4 = 3", "for example `my_nf4`", "show 3"),
    (
      "for q in [8, 9] as \"run\" { show q }", "put `{q}` into the label",
      "for q in [8, 9] as \"run{q}\" { show q }"
    ),
  ])
  func `what is proposed for a line checks clean in its place`(
    line: String, proposal: String, mended: String
  ) throws {
    let told = try check(line)
    #expect(told.ending == .exited(line.hasPrefix("for") ? 0 : 65), told.comment)
    #expect(told.errors.replacing("\n      ", with: " ").contains(proposal), told.comment)
    let good = try check(mended)
    #expect(good.ending == .exited(0), good.comment)
    #expect(good.errors.contains("no mistakes found"), good.comment)
    #expect(!good.errors.contains("error[") && !good.errors.contains("W0304"), good.comment)
  }

  @Test(arguments: [
    "for q in [8] as \"run\" { show q }", "quantize nf4",
    "dataset \"t.csv\", columns: {prompt: \"ticket\", completion: \"label\"}, template: llama-2",
  ])
  func `what is right is not spoken of`(line: String) throws {
    let outcome = try check(line)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(!outcome.errors.contains("error[") && !outcome.errors.contains("W030"), outcome.comment)
  }

  @Test
  func `an assertion that cannot hold says its author's words, a field marks the unknown name`()
    throws
  {
    let claim = try check("assert 1 > 2, \"rank must grow\"")
    #expect(claim.errors.contains("error[E0701]: assertion failed: rank must grow"), claim.comment)
    let field = try check("show bse.loss")
    #expect(field.errors.contains("error[E0501]: `bse` is not defined"), field.comment)
    #expect(field.errors.contains("\n   |      ^^^ "), field.comment)
  }

  @Test func `a saved adapter's folder is read under a name, as the message has it`() throws {
    let skillet = try SkilletRun()
    let trained = TinyRecipe.adapter + "train steps: 1\nsave \"out/mine\"\n"
    let told = try skillet.recipe(trained + "judge adapters: [base, \"out/mine\"]\n")
    #expect(told.ending == .exited(1), told.comment)
    let line = "use \"mine\", from: \"out/mine\""
    #expect(told.errors.contains(line), told.comment)
    let good = try skillet.recipe(trained + line + "\njudge adapters: [base, \"mine\"]\n")
    #expect(good.ending == .exited(0), good.comment)
  }
}
