import Files
import TestSupport
import Testing

/// `skillet check` looks into the files that are there.
@Suite struct CheckAheadTests {
  private func check(
    _ text: String, _ prepare: (TemporaryFolder) -> Void = { _ in }
  ) throws -> ChildProcess.Outcome {
    let skillet = try SkilletRun()
    skillet.folder.write(
      (1...8).map { "{\"ticket\": \"t\($0)\", \"label\": \"l\($0)\"}\n" }.joined(), as: "rows.jsonl"
    )
    prepare(skillet.folder)
    skillet.folder.write(
      "recipe \"t\", language: 1\n" + text, as: "t.recipe")
    let outcome = try skillet("check", "t.recipe")
    #expect(!skillet.folder.has("out"), "a check writes nothing")
    return outcome
  }

  private static let data = "load \"\(TinyRecipe.model)\"\n"
  private static let rows =
    data + "dataset \"rows.jsonl\", columns: {prompt: \"ticket\", completion: \"label\"}\n"

  @Test(arguments: [
    ("lora rank: 500\n", "E0408"), ("lora layers: [99]\n", "E0407"),
    ("lora targets: [c_attn]\n", "E0407"), ("split valid: 9\n", "E0424"),
    ("for r in [2, 500] {\n  lora rank: r\n  train steps: 1\n  eval on: train\n}\n", "E0408"),
    ("lora rank: 2\nlet a = train steps: 9\nassert a.loss < 1\nlora rank: 600\n", "E0408"),
  ])
  func `what does not fit the model or the data is found before a run`(
    lines: String, code: String
  ) throws {
    let outcome = try check(Self.rows + lines)
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
    #expect(outcome.errorCount == 1, outcome.comment)
  }

  @Test(arguments: [
    ("assert data.rows > 100\n", "data.rows is 8"),
    ("let few = data.rows < 100\nassert not few, \"too few\"\n", "too few"),
    ("let made = lora rank: 2\nassert made.trainable > 1000000\n", "made.trainable is"),
  ])
  func `an assertion about models and data fails before a run`(
    lines: String, words: String
  ) throws {
    let rows = Self.rows.replacing("\ndataset", with: "\nlet data = dataset")
    let outcome = try check(rows + lines)
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0701]"), outcome.comment)
    #expect(outcome.errors.contains(words), outcome.comment)
  }

  @Test(arguments: [
    "assert run.loss < 0\n", "let bad = run == 3\nassert bad\n",
    "assert (eval on: train).loss < 0\n", "let gap = run\nassert gap != none\n",
    "let runs = for r in [2, 4] {\n  lora rank: r\n  train steps: 1\n}\nassert len(runs) == 9\n",
  ])
  func `an assertion about what only a run knows waits for it`(lines: String) throws {
    let outcome = try check(Self.rows + "lora rank: 2\nlet run = train steps: 1\n" + lines)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `with --json each command is an entry of the plan`() throws {
    let skillet = try SkilletRun()
    let rows = "dataset \"\"\"\n{\"prompt\": \"a\", \"completion\": \"b\"}\n\"\"\"\n"
    skillet.folder.write(
      TinyRecipe.load + "let data = \(rows)lora rank: 2\ntrain steps: 1\n", as: "t.recipe")
    let outcome = try skillet("check", "--json", "t.recipe")
    let entries = try outcome.output.split(separator: "\n")
      .map { try JSONValue(parsing: String($0)) }.filter { $0["event"] == "plan" }
    #expect(entries.map { $0["verb"] } == ["seed", "load", "dataset", "lora", "train"])
    #expect(entries.map { $0["line"] } == [2, 3, 4, 7, 8])
    #expect(entries[2]["name"] == "data" && entries[2]["value"]?["rows"] == 1)
    #expect(entries[3]["value"]?["rank"] == 2 && entries[4]["value"] == .null)
  }

  @Test func `columns that the file lacks are found before a run`() throws {
    let outcome = try check(
      Self.data + "dataset \"rows.jsonl\", columns: {prompt: \"question\", completion: \"label\"}\n"
    )
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("question"), outcome.comment)
  }

  @Test func `a part has one column, and no list of them`() throws {
    let outcome = try check(
      Self.data + "dataset \"rows.jsonl\", columns: {prompt: \"ticket\", completion: [\"label\"]}\n"
    )
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("is no name of a column"), outcome.comment)
    #expect(outcome.errors.contains("help: give completion one column"), outcome.comment)
  }

  @Test func `a model or file that is not there yet is told, and is no mistake`() throws {
    let outcome = try check(
      "load \"nowhere.gguf\"\ndataset \"later.jsonl\"\nlora rank: 8\ntrain steps: 2\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("warning[E0405]"), outcome.comment)
    let data = try check(Self.data + "dataset \"later.jsonl\"\nlora rank: 8\ntrain steps: 2\n")
    #expect(data.ending == .exited(0), data.comment)
    #expect(data.errors.contains("later.jsonl"), data.comment)
  }

  @Test func `what the recipe writes itself is not missed`() throws {
    let outcome = try check(
      Self.rows + "lora rank: 2\ntrain steps: 1\nsave \"out/a\"\n" + Self.data.dropLast()
        + ", adapter: \"out/a\"\neval on: train\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(!outcome.errors.contains("warning"), outcome.comment)
  }

  @Test func `an output that is there already is told`() throws {
    let outcome = try check(Self.rows + "lora rank: 2\nsave \"kept\"\n") {
      $0.write("x", as: "kept/note.txt")
    }
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("warning[W0305]: \"kept\" is there already"), outcome.comment)
  }
}
