import TestSupport
import Testing

/// `lora biases:`, from training to what becomes of it.
@Suite struct TrainedBiasTests {
  private let skillet: SkilletRun

  init() throws { skillet = try SkilletRun() }

  private func recipe(_ file: String) -> String {
    TinyRecipe.header + "seed 1\nload \"\(References.path("families/qwen2/" + file))\", "
      + "precision: f32\n" + TinyRecipe.dataset + "split valid: 1, test: 1\n"
  }

  private static let adapter = "lora rank: 2, targets: [o_proj], layers: [1], biases: all\n"

  @Test(arguments: ["hf", "f32.gguf"])
  func `they start as the base's, learn, are saved, folded in and exported`(file: String) throws {
    let end = file == "hf" ? "model" : "model.gguf"
    let outcome = try skillet.recipe(
      recipe(file)
        + "let base = eval on: train\nlet plain = lora rank: 2, targets: [o_proj], layers: [1]\n"
        + "let made = \(Self.adapter)" + """
          assert made.trainable > plain.trainable and made.rank == 2
          let start = eval on: train
          assert start.loss == base.loss
          train steps: 12, lr: 2e-2
          let tuned = eval on: train
          assert tuned.loss < base.loss - 0.1
          inspect adapter
          save "saved"
          use "read", from: "saved"
          let read = eval on: train
          assert read.loss == tuned.loss
          let written = export "\(end)"
          assert written.kl < 1e-6 and written.read_back < 1e-3
          let folded = merge
          assert folded.kl < 1e-6
          export "again.gguf"
          load "again.gguf", precision: f32
          \(TinyRecipe.dataset)split valid: 1, test: 1
          let after = eval on: train
          assert abs(after.loss - tuned.loss) < 1e-4

          """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `a training that stops on the way comes to the same bytes`() throws {
    let outcome = try skillet.recipe(
      recipe("hf") + Self.adapter + "let whole = train steps: 8, lr: 2e-2\n" + Self.adapter + """
        train steps: 8, lr: 2e-2, until: 3, to: "half"
        let rest = train resume: "half", to: "end"
        assert rest.adapter_sha256 == whole.adapter_sha256

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("save \"x.gguf\", format: gguf", "trained biases"),
    ("save \"x\", format: mlx", "trained biases"),
    ("combine {default: 1}", "trained biases"),
  ])
  func `what has no place for them is refused`(line: String, said: String) throws {
    let outcome = try skillet.recipe(recipe("hf") + Self.adapter + line + "\n")
    #expect(outcome.ending != .exited(0), outcome.comment)
    #expect(outcome.errors.contains(said), outcome.comment)
  }

  @Test func `norms that have some are trained too`() throws {
    let model = References.path("families/gpt2/hf")
    let outcome = try skillet.recipe(
      TinyRecipe.header + "load \"\(model)\"\n" + """
        let some = lora rank: 2, biases: lora_only
        let every = lora rank: 2, biases: all
        assert every.trainable > some.trainable

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `a model without them is told`() throws {
    let outcome = try skillet.recipe(
      TinyRecipe.header
        + "load \"\(References.path("tiny-llama/hf"))\"\nlora rank: 2, biases: all\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0407]"), outcome.comment)
  }
}
