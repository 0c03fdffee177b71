import Foundation
import TestSupport
import Testing

/// Rules of the language that a whole program shows.
@Suite struct LanguageTests {
  /// Value events, without what differs from run to run and from file to prompt.
  private func values(_ outcome: ChildProcess.Outcome) -> [String] {
    outcome.output.split(separator: "\n").filter { $0.contains("\"event\":\"value\"") }.map {
      String($0).replacing(
        /"(cell|line|seconds|tokens_per_second|peak_memory)":[^,}]+/, with: { "\"\($0.1)\"" })
    }
  }

  @Test func `lines that are typed give what the same lines of a file give`() throws {
    let lines =
      TinyRecipe.adapter + """
        let base = eval
        let runs = for r in [2, 4] as "r{r}" {
          lora rank: r
          train steps: 2,
            lr: 1e-3
          eval
        }
        best(runs, by: loss).name
        "{base.tokens} tokens"

        """
    let file = try SkilletRun().recipe(lines, "--json")
    let typed = try SkilletRun()("--json", input: lines)
    #expect(file.ending == .exited(0), file.comment)
    #expect(typed.ending == .exited(0), typed.comment)
    #expect(values(file) == values(typed))
    #expect(values(file).count > 8)
  }

  @Test func `prose becomes headings and paragraphs of a run, comments do not`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.header + "## # Title\n## Some *words*.\n# a remark\nshow 1\n")
    #expect(outcome.output == "\nTitle\nSome *words*.\nshow 1\n1\n", outcome.comment)
  }

  @Test func `fmt shows what it would change, changes it, and then has nothing to change`()
    throws
  {
    let skillet = try SkilletRun()
    skillet.folder.write("recipe \"a\",language:1\nlet  x=[1,2 ]# why\nshow x\n", as: "a.recipe")
    let check = try skillet("fmt", "--check", "a.recipe")
    #expect(check.ending == .exited(1), check.comment)
    #expect(check.output.contains("let  x=[1,2 ]# why"), check.comment)
    #expect(check.output.contains("let x = [1, 2]  # why"), check.comment)
    #expect(try skillet("fmt", "a.recipe").ending == .exited(0))
    #expect(try skillet("fmt", "--check", "a.recipe").ending == .exited(0))
    let text = String(decoding: try skillet.folder.bytes(of: "a.recipe"), as: UTF8.self)
    #expect(text == "recipe \"a\", language: 1\nlet x = [1, 2]  # why\nshow x\n")
  }

  @Test func `codes are pointed to once, in the last line`() throws {
    let one = try SkilletRun().recipe(TinyRecipe.header + "lod 1\nlod 2\n")
    #expect(one.errorCount == 2)
    #expect(one.errors.hasSuffix("\nmore: skillet explain E0201\n"), one.comment)
    #expect(one.errors.components(separatedBy: "skillet explain").count == 2, one.comment)
    let two = try SkilletRun().recipe(TinyRecipe.header + "lod 1\nshow 1 / 0\n")
    #expect(
      two.errors.hasSuffix("\nmore: skillet explain E0201, and likewise E0503\n"), two.comment)
    let missing = try SkilletRun()("fmt", "nope.recipe")
    #expect(missing.errors.hasSuffix("\nmore: skillet explain E0801\n"), missing.comment)
    let none = try SkilletRun().recipe(TinyRecipe.header + "show 1\n")
    #expect(!none.errors.contains("explain"), none.comment)
  }
}
