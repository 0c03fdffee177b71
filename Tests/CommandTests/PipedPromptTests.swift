import TestSupport
import Testing

/// The prompt without a terminal.
@Suite struct PipedPromptTests {
  @Test func `a piped session has no prompt and no colour, results only`() throws {
    let outcome = try SkilletRun()(input: "let a = 2\n\na * 21\n[1,\n 2]\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output == "42\n[1, 2]\n")
    #expect(outcome.errors.isEmpty)
  }

  @Test(arguments: [
    ("1 + x\n", Int32(65), "E0501"),
    ("load \"nope.gguf\"\n", 66, "E0405"),
    ("assert 1 > 2\n", 1, "E0701"),
    ("let x = \"abc\n", 65, "E0103"),
    ("train\n", 65, "E0402"),
  ])
  func `the first error ends a piped session with the code of its kind`(
    _ input: String, status: Int32, code: String
  ) throws {
    let outcome = try SkilletRun()(input: "1 + 1\n" + input + "3 + 3\n")
    #expect(outcome.ending == .exited(status), outcome.comment)
    #expect(outcome.output == "2\n")
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
    #expect(!outcome.errors.contains("\u{1B}"))
  }

  @Test(arguments: [
    (":foo", "there is no command :foo"), (":save", ":save needs a file"),
    (":chat", ":chat needs a terminal"), (":edit 9", "there is no cell 9; nothing has run yet"),
    (":undo", "there is nothing to undo"),
    ("?laod", "did you mean `load`"),
  ])
  func `a question or session command that fails ends it with 64`(
    _ line: String, message: String
  ) throws {
    let outcome = try SkilletRun()(input: line + "\n1 + 1\n")
    #expect(outcome.ending == .exited(64), outcome.comment)
    #expect(outcome.errors.contains(message), outcome.comment)
    #expect(outcome.output.isEmpty)
  }

  @Test func `run - takes a whole recipe from standard input`() throws {
    let skillet = try SkilletRun()
    let good = try skillet("run", "-", input: TinyRecipe.header + "show 6 * 7\n")
    #expect(good.ending == .exited(0), good.comment)
    #expect(good.output.hasSuffix("\n42\n"))
    let bad = try skillet("run", "-", input: TinyRecipe.header + "show 1\nsed 3\n")
    #expect(bad.ending == .exited(65), bad.comment)
    #expect(bad.output.isEmpty, "nothing runs of a recipe with a mistake")
    #expect(bad.errors.contains("--> <stdin>:3:1\n"), bad.comment)
  }

  @Test func `a saved session is a sound recipe that replays to the same adapter`() throws {
    let skillet = try SkilletRun()
    let session =
      TinyRecipe.adapter.replacing(TinyRecipe.header, with: "") + """
        let base = eval
        eval on: nothing_of_this_name
        """
    // A cell that fails ends a piped session, so the good one goes without it.
    let cells = session.split(separator: "\n").dropLast().joined(separator: "\n")
    let outcome = try skillet(
      input: cells + "\ntrain steps: 4, lr: 1e-2\n:undo\ntrain steps: 3, lr: 1e-2\n"
        + "show base.loss\nsave \"out\"\n:save session\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let weights = "out/adapter_model.safetensors"
    let first = try skillet.folder.bytes(of: weights)
    let checked = try skillet("check", "session.recipe")
    #expect(checked.ending == .exited(0), checked.comment)
    #expect(checked.errors.hasPrefix("warning[W0305]: \"out\" is there already"), checked.comment)
    #expect(checked.errors.contains("session.recipe: no mistakes found\n"), checked.comment)
    skillet.folder.write("", as: weights)
    let replayed = try skillet("run", "session.recipe")
    #expect(replayed.ending == .exited(0), replayed.comment)
    #expect(try skillet.folder.bytes(of: weights) == first)
    let recipe = String(decoding: try skillet.folder.bytes(of: "session.recipe"), as: UTF8.self)
    #expect(recipe.hasPrefix("recipe \"session\", language: 1\n"))
    #expect(!recipe.contains("steps: 4"), "an undone cell does not count")
  }

  @Test func `help on every command comes from its declaration`() throws {
    let outcome = try SkilletRun()(input: "?\n?train\n??train\ntrain?\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("trains the adapter on the training part"))
    #expect(outcome.output.contains("learning rate at its peak"))
    #expect(outcome.output.contains("AdamW"))
  }
}
