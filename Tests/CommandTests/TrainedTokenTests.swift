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
    let outcome = try skillet.recipe(
      Self.tied + "let base = eval on: train\nlet plain = lora rank: 2, targets: [q_proj]\n"
        + "let made = lora rank: 2, targets: [q_proj], \(arguments)\n" + """
          assert made.trainable == plain.trainable + \(numbers)
          let start = eval on: train
          assert abs(start.loss - base.loss) < 1e-5
          train steps: 12, lr: 5e-3
          let tuned = eval on: train
          assert tuned.loss < base.loss - 0.1
          inspect adapter
          save "saved"
          use "read", from: "saved"
          let read = eval on: train
          assert read.loss == tuned.loss
          let written = export "out.gguf", type: f32, embedding: f32
          assert written.kl < 1e-6 and written.read_back < 1e-3
          export "model", type: f32
          let folded = merge to: f32
          assert folded.kl < 1e-6
          load "model", precision: f32
          \(TinyRecipe.dataset)split valid: 1, test: 1
          let after = eval on: train
          assert abs(after.loss - tuned.loss) < 1e-4

          """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `rows over a quantized base learn, are generated with, and resumed to the same bytes`()
    throws
  {
    let adapter =
      "lora rank: 2, targets: [q_proj], trainable_token_indices: {embed_tokens: [\"o\", 5], lm_head: [7, \"s\"]}\n"
    let outcome = try skillet.recipe(
      TinyRecipe.data + "let base = eval on: train\n" + adapter + """
        let whole = train steps: 8, lr: 1e-2
        let tuned = eval on: train
        assert tuned.loss < base.loss
        generate "one", max_tokens: 4
        \(adapter)let half = train steps: 8, lr: 1e-2, until: 3
        let rest = train resume: half
        assert rest.adapter_sha256 == whole.adapter_sha256
        \(adapter)train steps: 8, lr: 1e-2, until: 3, to: "half"
        let other = train resume: "half", to: "end"
        assert other.adapter_sha256 == whole.adapter_sha256

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

  @Test(arguments: [
    ("save \"x.gguf\", format: gguf", "trainable_token_indices"),
    ("save \"x\", format: mlx", "trainable_token_indices"),
    ("combine {default: 1}", "trainable_token_indices"),
  ])
  func `what has no place for rows of tokens is refused`(line: String, said: String) throws {
    let outcome = try skillet.recipe(
      TinyRecipe.data + "lora rank: 2, trainable_token_indices: [5]\n" + line + "\n")
    #expect(outcome.ending != .exited(0), outcome.comment)
    #expect(outcome.errors.contains(said), outcome.comment)
    #expect(!skillet.folder.names.contains { $0.hasPrefix("x") })
  }
}
