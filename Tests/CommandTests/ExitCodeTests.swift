import TestSupport
import Testing

/// Each way to fail: its exit code, and one message with place, reason and fix.
@Suite struct ExitCodeTests {
  /// A recipe whose last line is at fault.
  struct Mistake: Sendable, CustomTestStringConvertible {
    let recipe: String
    let status: Int32
    let code: String
    /// Where in the last line.
    let column: Int
    let words: [String]

    var testDescription: String { code + " " + words.joined(separator: ", ") }
  }

  static let mistakes: [Mistake] = [
    Mistake(
      recipe: TinyRecipe.load + "dataset \"nope.jsonl\"\n", status: 66, code: "E0802", column: 9,
      words: ["nope.jsonl: there is no such file", "help: check the path"]),
    Mistake(
      recipe: TinyRecipe.load + "dataset \"broken.jsonl\"\n", status: 66, code: "E0802", column: 9,
      words: ["broken.jsonl:2:15: this is not JSON", "help: correct the row"]),
    Mistake(
      recipe: TinyRecipe.header + "load \"nope.gguf\"\n", status: 66, code: "E0405", column: 6,
      words: ["there is no model \"nope.gguf\"", "help: check the path"]),
    Mistake(
      recipe: TinyRecipe.header + "load \"smollm2\"\n", status: 66, code: "E0405", column: 6,
      words: ["there is no model \"smollm2\"", "make model", "SKILLET_MODELS"]),
    Mistake(
      recipe: TinyRecipe.load + "load \"\(TinyRecipe.model)\", adapter: \"nope\"\n", status: 66,
      code: "E0801", column: TinyRecipe.model.count + 19,
      words: ["nope/adapter_config.json: there is no such file"]),
    Mistake(
      recipe: TinyRecipe.data + "trian steps: 1\n", status: 65, code: "E0201", column: 1,
      words: ["there is no command `trian`", "help: did you mean `train`?"]),
    Mistake(
      recipe: TinyRecipe.data + "lora rank: 2, targets: [q_prj]\n", status: 65, code: "E0203",
      column: 25, words: ["`q_prj`", "did you mean `q_proj`"]),
    Mistake(
      recipe: TinyRecipe.data + "lora rnk: 2\n", status: 65, code: "E0202", column: 6,
      words: ["`lora` has no argument `rnk`", "did you mean `rank`"]),
    Mistake(
      recipe: TinyRecipe.data + "lora rank: 0\n", status: 65, code: "E0207", column: 12,
      words: ["`rank` of `lora` cannot be 0", "help: it is int 1..1024"]),
    Mistake(
      recipe: TinyRecipe.data + "train steps: 1\n", status: 65, code: "E0401", column: 1,
      words: ["no adapter", "lora rank: 8"]),
    Mistake(
      recipe: TinyRecipe.header + "eval\n", status: 65, code: "E0402", column: 1,
      words: ["needs a model", "load \"smollm2\""]),
    Mistake(
      recipe: TinyRecipe.load + "lora rank: 33\n", status: 1, code: "E0408", column: 12,
      words: ["rank 33 is more than the smallest of these layers has: 32", "help:"]),
    Mistake(
      recipe: TinyRecipe.load + "lora name: \"base\"\n", status: 1, code: "E0425", column: 12,
      words: ["`base` is the model without an adapter", "help:"]),
    Mistake(
      recipe: TinyRecipe.load + TinyRecipe.dataset + "split valid: 5\n", status: 1, code: "E0424",
      column: 1, words: ["valid is to have 5 rows, and the dataset has 4", "help:"]),
    Mistake(
      recipe: TinyRecipe.adapter + "save \"\"\n", status: 1, code: "E0418", column: 6,
      words: ["needs the name of a folder", "help:"]),
    Mistake(
      recipe: TinyRecipe.adapter + "save {loss: 1}, to: \"out\"\n", status: 1, code: "E0417",
      column: 6, words: ["this record stands for no adapter", "help: take a run"]),
    Mistake(
      recipe: TinyRecipe.load + "dataset \"\"\n", status: 66, code: "E0802", column: 9,
      words: ["there are no rows in it", "help: write one object a line"]),
    Mistake(
      recipe: TinyRecipe.load + "generate []\n", status: 1, code: "E0414", column: 10,
      words: ["there is no prompt", "help:"]),
  ]

  @Test(arguments: mistakes)
  func `a mistake is told once, with its place, its reason and what helps`(
    _ mistake: Mistake
  ) throws {
    let skillet = try SkilletRun()
    skillet.folder.write(
      "{\"prompt\":\"a\",\"completion\":\"b\"}\n{\"prompt\":\"a\" \"completion\":\"b\"}\n",
      as: "broken.jsonl")
    let outcome = try skillet.recipe(mistake.recipe)
    #expect(outcome.ending == .exited(mistake.status), outcome.comment)
    #expect(outcome.errorCount == 1, outcome.comment)
    #expect(outcome.errors.contains("error[\(mistake.code)]: "), outcome.comment)
    let place = "test.recipe:\(TinyRecipe.lastLine(of: mistake.recipe)):\(mistake.column)\n"
    #expect(outcome.errors.contains("--> " + place), outcome.comment)
    for word in mistake.words { #expect(outcome.errors.contains(word), outcome.comment) }
  }

  @Test(arguments: ["run", "check"])
  func `a recipe that is not there ends with 66`(_ command: String) throws {
    let outcome = try SkilletRun()(command, "nope.recipe")
    #expect(outcome.ending == .exited(66), outcome.comment)
    #expect(
      outcome.errors == """
        error[E0801]: the recipe cannot be read: there is no such file
          --> nope.recipe
        help: check the path
        more: skillet explain E0801

        """)
  }

  @Test func `a failed assertion shows both of its sides`() throws {
    let recipe = TinyRecipe.data + "let x = 3\nassert (eval).loss < x - 2, \"too much\"\n"
    let outcome = try SkilletRun().recipe(recipe)
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0701]: assertion failed: too much"), outcome.comment)
    #expect(outcome.errors.contains("note: (eval).loss is "), outcome.comment)
    #expect(outcome.errors.contains("note: x - 2 is 1\n"), outcome.comment)
  }

  @Test func `an assertion that cannot hold has failed before anything runs`() throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.header + "show 1\nassert 1 > 2\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0701]: assertion failed\n  --> test.recipe:3:8\n"))
    #expect(outcome.output.isEmpty)
  }

  @Test func `an expectation that does not hold lets the recipe go on and fails it`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header + "expect 1 + 1 == 3\nshow \"afterwards\"\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0702]: expected 3, and it is 2"), outcome.comment)
    #expect(outcome.output.contains("\nafterwards\n"), outcome.comment)
  }

  @Test(arguments: [
    ("rnk=4", "the recipe has no parameter rnk; did you mean `rank`?"),
    ("rank=many", "rank is int, and \"many\" is not"),
    ("rank", "\"rank\" is not of the form name=value"),
  ])
  func `a parameter that cannot be set is wrong usage`(_ setting: String, message: String)
    throws
  {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header + "param rank: int = 2\nshow rank\n", "--set", setting)
    #expect(outcome.ending == .exited(64), outcome.comment)
    #expect(outcome.errors == "skillet: --set: \(message)\n")
    #expect(outcome.output.isEmpty)
  }

  @Test(arguments: [
    (["run"], "Missing expected argument '<file>'"),
    (["run", "--bogus", "x.recipe"], "Unknown option '--bogus'"),
    (["run", "--color", "blue", "x.recipe"], "'auto', 'always' or 'never'"),
    (["runn", "x.recipe"], "there is no command runn; did you mean `run` or `runs`?"),
    (["first.recipe"], "to run a recipe: skillet run first.recipe"),
  ])
  func `wrong usage ends with 64`(_ arguments: [String], message: String) throws {
    let outcome = try SkilletRun().run(arguments)
    #expect(outcome.ending == .exited(64), outcome.comment)
    #expect(outcome.errors.contains(message), outcome.comment)
    #expect(outcome.output.isEmpty)
  }
}
