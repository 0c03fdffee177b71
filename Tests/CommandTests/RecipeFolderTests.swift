import TestSupport
import Testing

/// Where relative paths of a recipe begin.
@Suite struct RecipeFolderTests {
  private static let recipe =
    TinyRecipe.header + """
      param rows: path = "rows.jsonl"
      seed 1
      load "\(TinyRecipe.model)"
      dataset rows
      split valid: 1
      lora rank: 2
      train steps: 2, lr: 1e-3
      save "out/first"

      """

  private func skillet() throws -> SkilletRun {
    let skillet = try SkilletRun()
    skillet.folder.write(Self.recipe, as: "deep/this.recipe")
    let rows = ["one", "two", "three"].map { "{\"prompt\": \"\($0)\", \"completion\": \"uno\"}\n" }
    skillet.folder.write(rows.joined(), as: "deep/rows.jsonl")
    return skillet
  }

  private func saved(_ skillet: SkilletRun) -> [String] {
    skillet.folder.files.filter { $0.hasSuffix("adapter_model.safetensors") }
  }

  @Test func `a recipe reads and writes beside itself, wherever it is run from`() throws {
    let skillet = try skillet()
    let outcome = try skillet("run", "deep/this.recipe")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(saved(skillet) == ["deep/out/first/adapter_model.safetensors"], outcome.comment)
    let checked = try skillet("check", "deep/this.recipe")
    #expect(checked.errors.contains("\"deep/out/first\" is there already"), checked.comment)
  }

  @Test func `--cwd lets paths begin at the current folder, and so does standard input`() throws {
    let skillet = try skillet()
    let missing = try skillet("run", "--cwd", "deep/this.recipe")
    #expect(missing.ending == .exited(66), missing.comment)
    #expect(missing.errors.contains("rows.jsonl"), missing.comment)
    let here = try skillet("run", "--cwd", "deep/this.recipe", "--set", "rows=deep/rows.jsonl")
    #expect(here.ending == .exited(0), here.comment)
    #expect(saved(skillet) == ["out/first/adapter_model.safetensors"], here.comment)
    let piped = try skillet.run(
      ["run", "-"], input: Self.recipe.replacing("rows.jsonl", with: "deep/rows.jsonl"))
    #expect(piped.ending == .exited(0), piped.comment)
    #expect(saved(skillet) == ["out/first/adapter_model.safetensors"], piped.comment)
  }

  @Test func `what a path leads out of the folder to is reached`() throws {
    let skillet = try skillet()
    skillet.folder.write(
      Self.recipe.replacing("rows.jsonl", with: "../deep/rows.jsonl")
        .replacing("\"out/first\"", with: "\"../beside\""), as: "other/this.recipe")
    let outcome = try skillet("run", "other/this.recipe")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(saved(skillet) == ["beside/adapter_model.safetensors"], outcome.comment)
    #expect(outcome.output.contains("beside"), outcome.comment)
  }

  @Test func `a session that is saved into another folder replays there`() throws {
    let skillet = try skillet()
    let session =
      "seed 1\nload \"\(TinyRecipe.model)\"\ndataset \"deep/rows.jsonl\"\nsplit valid: 1\n"
      + "lora rank: 2\ntrain steps: 2, lr: 1e-3\nsave \"one\"\n:save deep/typed.recipe\n"
    let typed = try skillet(input: session)
    #expect(typed.ending == .exited(0), typed.comment)
    #expect(typed.output.contains("replay: skillet run deep/typed.recipe"), typed.comment)
    let text = skillet.folder.text("deep/typed.recipe")
    #expect(text.contains("dataset \"../deep/rows.jsonl\""), "\(text)")
    #expect(text.contains("save \"../one\""), "\(text)")
    let before = try skillet.folder.bytes(of: "one/adapter_model.safetensors")
    let replayed = try skillet("run", "deep/typed.recipe")
    #expect(replayed.ending == .exited(0), replayed.comment)
    #expect(try skillet.folder.bytes(of: "one/adapter_model.safetensors") == before)
    #expect(saved(skillet) == ["one/adapter_model.safetensors"])
  }

  @Test func `:run takes a recipe's paths from its folder`() throws {
    let skillet = try skillet()
    let outcome = try skillet(input: ":run deep/this.recipe\n:history\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("param rows: path = \"deep/rows.jsonl\""), outcome.comment)
    #expect(saved(skillet) == ["deep/out/first/adapter_model.safetensors"], outcome.comment)
  }

  @Test func `paths that are computed are not moved, and that is said`() throws {
    let skillet = try skillet()
    let computed = Self.recipe.replacing(
      "save \"out/first\"", with: "let place = \"out\" + \"/first\"\nsave place")
    skillet.folder.write(computed, as: "deep/computed.recipe")
    let refused = try skillet(input: ":run deep/computed.recipe\n")
    #expect(refused.ending == .exited(64), refused.comment)
    #expect(refused.errors.contains("line 10: place"), refused.comment)
    let run = try skillet("run", "deep/computed.recipe")
    #expect(run.ending == .exited(0), run.comment)
    #expect(saved(skillet) == ["deep/out/first/adapter_model.safetensors"], run.comment)
    let typed = try skillet(
      input: "let name = \"deep/rows.jsonl\"\nload \"\(TinyRecipe.model)\"\ndataset name\n"
        + ":save deep/typed.recipe\n")
    #expect(typed.output.contains("skillet run --cwd deep/typed.recipe"), typed.comment)
    #expect(try skillet("run", "--cwd", "deep/typed.recipe").ending == .exited(0))
  }
}
