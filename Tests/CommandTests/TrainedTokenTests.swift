import TestSupport
import Testing

/// `lora trainable_token_indices:` and `ensure_weight_tying:`, from training to what becomes of it.
@Suite struct TrainedTokenTests {
  private let skillet: SkilletRun
  private static let tied =
    TinyRecipe.header
    + "seed 1\nload \"\(References.path("tiny-llama-tied/hf"))\", precision: f32\n"
    + TinyRecipe.dataset + "split valid: 1, test: 1\n"

  init() throws { skillet = try SkilletRun() }

  @Test(arguments: [
    ("trainable_token_indices: [\"o\", \"s\", 5]", 3 * 128),
    ("modules_to_save: [\"embed_tokens\"], ensure_weight_tying: true", 320 * 128),
  ])
  func `a model with one matrix for embedding and head keeps one`(
    arguments: String, numbers: Int
  ) throws {
    let plain = "lora rank: 2, targets: [q_proj]"
    let life = AdapterLife(
      start: Self.tied + "let plain = \(plain)\nuse base\n", adapter: "\(plain), \(arguments)",
      training: "steps: 12, lr: 5e-3", size: "made.trainable == plain.trainable + \(numbers)",
      alsoWritten: "export \"model\", type: f32", model: "model")
    let outcome = try skillet.recipe(life.lines)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `rows over a quantized base learn, are generated with, and resumed to the same bytes`()
    throws
  {
    let adapter =
      "lora rank: 2, targets: [q_proj], trainable_token_indices: {embed_tokens: [\"o\", 5], lm_head: [7, \"s\"]}"
    let outcome = try skillet.recipe(
      TinyRecipe.data + "let base = eval on: train\n"
        + AdapterLife.resumption(of: adapter, training: "steps: 8, lr: 1e-2") + """
          let tuned = eval on: train
          assert tuned.loss < base.loss
          generate "one", max_tokens: 4

          """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("trainable_token_indices: [5, 5]", "E0204"), ("trainable_token_indices: [320]", "E0204"),
    ("trainable_token_indices: [\"one two\"]", "E0204"),
    ("trainable_token_indices: {q_proj: [5]}", "E0407"),
    ("trainable_token_indices: [5], targets: [lm_head, q_proj]", "E0212"),
    ("trainable_token_indices: [5], modules_to_save: [\"embed_tokens\"]", "E0212"),
    ("ensure_weight_tying: true", "E0212"),
    (
      "trainable_token_indices: {embed_tokens: [5], lm_head: [6]}, ensure_weight_tying: true",
      "E0212"
    ),
    ("targets: [lm_head], ensure_weight_tying: true", "E0212"),
  ])
  func `what cannot be trained together is told`(arguments: String, code: String) throws {
    let outcome = try skillet.recipe(Self.tied + "lora rank: 2, \(arguments)\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
  }
}
