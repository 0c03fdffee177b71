import TestSupport
import Testing

/// Recipes that share a file.
@Suite struct IncludeTests {
  private static let main =
    TinyRecipe.header
    + "include \"shared/common.recipe\"\ninclude \"shared/common.recipe\"\nshow steps\n"

  @Test func `a file is found from the one that includes it, and read once`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write("include \"more.recipe\"\n", as: "deep/shared/common.recipe")
    skillet.folder.write(
      "param steps: int = 7\nlet half = steps / 2\n", as: "deep/shared/more.recipe")
    skillet.folder.write(Self.main + "show half\n", as: "deep/main.recipe")
    let outcome = try skillet("run", "deep/main.recipe", "--set", "steps=9")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      outcome.output == "let half = steps / 2\nshow steps\n9\nshow half\n4.500\n", outcome.comment)
  }

  @Test func `files that include each other are named from one end to the other`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write("include \"../main.recipe\"\n", as: "shared/common.recipe")
    skillet.folder.write(Self.main, as: "main.recipe")
    let outcome = try skillet("check", "main.recipe")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("error[E0602]"), outcome.comment)
    #expect(outcome.errors.contains("main.recipe → shared/common.recipe → "), outcome.comment)
    #expect(outcome.errors.contains("--> shared/common.recipe:1:9\n"), outcome.comment)
  }

  @Test(arguments: ["seed 1", "let x = (eval).loss", "for r in [1] { show r }"])
  func `an included file may not act`(_ line: String) throws {
    let skillet = try SkilletRun()
    skillet.folder.write("param steps: int = 7\n\(line)\n", as: "shared/common.recipe")
    skillet.folder.write(Self.main, as: "main.recipe")
    let outcome = try skillet("check", "main.recipe")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("error[E0603]"), outcome.comment)
    #expect(outcome.errors.contains("--> shared/common.recipe:2:1\n"), outcome.comment)
  }
}
