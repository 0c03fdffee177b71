import TestSupport
import Testing

/// What stands in the manual's pages runs, with a tiny model under the default one's name.
@Suite struct PageExampleTests {
  /// The contents of a page's fences in a language.
  private func blocks(_ language: String, in page: String) throws -> [Substring] {
    try SkilletRun.text(page).matches(of: /(?s)\n```(\w+)\n(.*?)\n```/)
      .filter { $0.1 == language }.map(\.2)
  }

  @Test func `the README's session runs, and its recipe gives the same adapter`() throws {
    let page = try SkilletRun.text("README.md")
    // a tiny random model learns nothing, so what is claimed of the default one is not asserted
    let cells = page.matches(of: /\nskillet\[\d+\]> (.*)/).map(\.1)
      .filter { !$0.hasPrefix("assert") && !$0.hasPrefix(":chat") }
      .map { $0.hasPrefix(":") ? String($0.prefix { $0 != "#" }) : String($0) }
    #expect(cells.count > 8)
    let skillet = try SkilletRun.checkout()
    let typed = try skillet(input: cells.joined(separator: "\n") + "\n")
    #expect(typed.ending == .exited(0), typed.comment)
    #expect(skillet.folder.has("expenses.md"))
    let adapter = "out/expenses/adapter_model.safetensors"
    let bytes = try skillet.folder.bytes(of: adapter)
    let replayed = try skillet("run", "expenses.recipe")
    #expect(replayed.ending == .exited(0), replayed.comment)
    #expect(try skillet.folder.bytes(of: adapter) == bytes)
  }

  @Test func `the README's error is what such a recipe gives`() throws {
    let skillet = try SkilletRun.checkout()
    skillet.folder.write(
      TinyRecipe.header + """
        load "smollm2"
        dataset "examples/expenses/train.jsonl"
        train steps: 120

        """, as: "first.recipe")
    let outcome = try skillet("run", "first.recipe")
    let block = try #require(try blocks("text", in: "README.md").first { $0.hasPrefix("error[") })
    #expect(outcome.errors == block + "\n")
  }

  @Test func `the recipe of the reference runs`() throws {
    let path = "Sources/RecipeLanguage/REFERENCE.md"
    let block = try #require(try blocks("recipe", in: path).first)
    #expect(block.hasPrefix("recipe "))
    let outcome = try SkilletRun.checkout().recipe(block + "\n", "--set", "steps=2")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(!outcome.errors.contains("warning["), outcome.comment)
  }
}
