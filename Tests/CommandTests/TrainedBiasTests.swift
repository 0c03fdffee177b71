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

  private static let adapter = "lora rank: 2, targets: [o_proj], layers: [1], biases: all"

  @Test(arguments: ["hf", "f32.gguf"])
  func `they start as the base's, learn, are saved, folded in and exported`(file: String) throws {
    let end = file == "hf" ? "model" : "model.gguf"
    let life = AdapterLife(
      start: recipe(file)
        + "let plain = lora rank: 2, targets: [o_proj], layers: [1]\nuse base\n",
      adapter: Self.adapter, training: "steps: 12, lr: 2e-2",
      size: "made.trainable > plain.trainable and made.rank == 2", startTolerance: "0",
      export: "export \"\(end)\"", merge: "merge", mergedWritten: "export \"again.gguf\"",
      model: "again.gguf")
    let outcome = try skillet.recipe(life.lines)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `a training that stops on the way comes to the same bytes`() throws {
    let outcome = try skillet.recipe(
      recipe("hf") + AdapterLife.resumption(of: Self.adapter, training: "steps: 8, lr: 2e-2"))
    #expect(outcome.ending == .exited(0), outcome.comment)
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
