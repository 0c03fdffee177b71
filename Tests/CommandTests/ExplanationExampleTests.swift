import RecipeLanguage
import TestSupport
import Testing

/// The examples of codes that only show while a recipe runs.
@Suite struct ExplanationExampleTests {
  /// What an example needs around it.
  private struct Surroundings {
    var before = TinyRecipe.adapter
    var files: [String: String] = [:]
    var environment: [String: String] = [:]
    var arguments: [String] = []
    /// Stands in for what an example leaves out.
    var ellipsis = "…"
  }

  private static let special: [String: Surroundings] = [
    "E0404": Surroundings(environment: ["SKILLET_ISA": "portable"]),
    "E0413": Surroundings(files: ["note.txt": String(repeating: "roses are red, ", count: 20)]),
    "E0415": Surroundings(ellipsis: String(repeating: "word ", count: 300)),
    "E0421": Surroundings(before: TinyRecipe.data),
    "E0428": Surroundings(arguments: ["--budget", "1s"]),
    "E0601": Surroundings(before: TinyRecipe.header),
    "E0602": Surroundings(
      before: TinyRecipe.header, files: ["common.recipe": TinyRecipe.header + "let two = 2\n"]),
    "E0702": Surroundings(before: TinyRecipe.header),
    "E0703": Surroundings(before: TinyRecipe.header),
    "E0801": Surroundings(files: ["broken.gguf": "GGUF"]),
    "E0802": Surroundings(files: ["broken.jsonl": "{\"text\": \n"]),
  ]

  /// These take bytes that are no text, a second file, what `RareErrorTests` gives them, or a check
  /// (`CheckAheadTests`).
  private static let elsewhere: Set<String> = [
    "E0102", "E0410", "E0416", "E0603", "E0901", "W0305",
  ]

  private static let codes = Explanation.all.filter {
    $0.stage == .running && !elsewhere.contains($0.code)
  }.map(\.code)

  private func run(_ example: String, _ code: String) throws -> ChildProcess.Outcome {
    let around = Self.special[code] ?? Surroundings()
    let skillet = try SkilletRun.checkout(around.environment)
    for (name, text) in around.files { skillet.folder.write(text, as: name) }
    let text = example.replacing("…", with: around.ellipsis)
    skillet.folder.write(around.before + text + "\n", as: "this.recipe")
    return try skillet.run(["run", "this.recipe"] + around.arguments)
  }

  @Test(arguments: codes) func `the wrong example gives its code, the right one none`(
    _ code: String
  ) throws {
    let page = try #require(Explanation.of(code))
    let wrong = try run(page.wrong, code)
    #expect(wrong.errors.contains("error[\(code)]"), wrong.comment)
    #expect(wrong.errorCount == 1, wrong.comment)
    let right = try run(page.right, code)
    #expect(right.ending == .exited(0), right.comment)
    #expect(right.errorCount == 0, right.comment)
  }

  @Test func `an included file may not act, and may name values`() throws {
    let page = try #require(Explanation.of("E0603"))
    for (text, isWrong) in [(page.wrong, true), (page.right, false)] {
      let skillet = try SkilletRun.checkout()
      skillet.folder.write(TinyRecipe.header + text + "\n", as: "common.recipe")
      let outcome = try skillet.recipe(TinyRecipe.header + "include \"common.recipe\"\n")
      #expect(outcome.errors.contains("error[E0603]") == isWrong, outcome.comment)
    }
  }
}
