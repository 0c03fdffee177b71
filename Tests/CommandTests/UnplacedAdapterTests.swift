import TestSupport
import Testing

/// Forms of adapter files, and sums, that have no place for what is trained beside pairs of matrices.
@Suite struct UnplacedAdapterTests {
  private static let qwen2 =
    TinyRecipe.header + "seed 1\nload \"\(References.path("families/qwen2/hf"))\"\n"

  @Test(
    arguments: [
      (
        TinyRecipe.data + "lora rank: 2, modules_to_save: [\"lm_head\", \"norm\"]",
        "modules_to_save"
      ),
      (TinyRecipe.data + "lora rank: 2, trainable_token_indices: [5]", "trainable_token_indices"),
      (qwen2 + "lora rank: 2, targets: [o_proj], biases: all", "trained biases"),
    ],
    [
      "save \"x.gguf\", format: gguf", "save \"x\", format: mlx", "combine {default: 1}",
    ])
  func `what has no place for them is refused by their name`(
    _ adapter: (lines: String, said: String), line: String
  ) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(adapter.lines + "\n" + line + "\n")
    #expect(outcome.ending != .exited(0), outcome.comment)
    #expect(outcome.errors.contains(adapter.said), outcome.comment)
    #expect(!skillet.folder.names.contains { $0.hasPrefix("x") })
  }
}
