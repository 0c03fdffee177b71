import TestSupport
import Testing

/// `unfreeze`: full fine-tuning of chosen layers, from training to what becomes of it.
@Suite struct UnfreezeTests {
  private let skillet: SkilletRun
  private static let unfrozen =
    TinyRecipe.data + "let change = unfreeze targets: [q_proj, down_proj], layers: [1]\n"
  private static let trained = unfrozen + "train steps: 8, lr: 1e-2\nlet after = eval\n"

  init() throws { skillet = try SkilletRun() }

  private func expectGood(_ recipe: String) throws {
    let outcome = try skillet.recipe(recipe)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `it counts the numbers of whole matrices, and training lowers the loss`() throws {
    try expectGood(
      TinyRecipe.data + "let before = eval\n"
        + "let change = unfreeze targets: [q_proj, down_proj], layers: [1]\n"
        + "assert change.layers == 2 and change.trainable == 64 * 64 + 64 * 192\n"
        + "let start = eval\nassert start.loss == before.loss\n"
        + "let run = train steps: 8, lr: 1e-2\nassert run.loss < run.first_loss - 0.1\n"
        + "let seen = inspect adapter\nassert len(seen.modules.norm) == 2\n")
  }

  @Test func `a saved change is loaded as it was, and goes on as a whole change`() throws {
    try expectGood(Self.trained + "save \"change\"\nlet loss = after.loss\nshow loss\n")
    try expectGood(
      TinyRecipe.data + "use \"again\", from: \"change\"\nlet now = eval\n"
        + "let seen = inspect adapter\nassert seen.trainable == 64 * 64 + 64 * 192\n"
        + "train steps: 2\n")
    try expectGood(
      Self.trained
        + "use \"again\", from: \"change\"\nlet now = eval\nassert now.loss == after.loss\n")
  }

  @Test
  func `merged into an f32 base it gives the same loss, and its nearest low rank is an adapter`()
    throws
  {
    let model = References.path("tiny-llama/f32.gguf")
    let recipe = Self.trained.replacing(
      "\"\(TinyRecipe.model)\"", with: "\"\(model)\", precision: f32")
    try expectGood(
      recipe + "merge\nlet merged = eval\nassert abs(merged.loss - after.loss) < 1e-4\n")
    try expectGood(
      recipe + "let low = combine {default: 1}, method: svd, rank: 64, name: \"low\"\n"
        + "let same = eval\nassert abs(same.loss - after.loss) < 1e-4\n"
        + "combine {default: 1}, method: svd, rank: 2, name: \"two\"\nsave \"two\"\n")
  }

  @Test func `a script for TRL would train something else, and is refused`() throws {
    let outcome = try skillet.recipe(Self.trained + "export \"train.py\"\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("whole matrices"), outcome.comment)
    #expect(skillet.folder.names.allSatisfy { !$0.hasPrefix("train") })
  }

  @Test func `what it cannot choose is refused by name`() throws {
    for (line, said) in [
      ("unfreeze targets: [q_prj]", "q_proj"), ("unfreeze layers: [9]", "there is no block 9"),
      ("unfreeze rank: 8", "rank"),
    ] {
      let outcome = try skillet.recipe(TinyRecipe.load + line + "\n")
      #expect(outcome.ending != .exited(0), outcome.comment)
      #expect(outcome.errors.contains(said), outcome.comment)
    }
  }
}
