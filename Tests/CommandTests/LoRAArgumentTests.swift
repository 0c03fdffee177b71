import TestSupport
import Testing

/// Arguments of `lora`, through the command.
@Suite struct LoRAArgumentTests {
  @Test func `excluded layers get no adapter`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.data + """
        let full = lora rank: 2
        let few = lora rank: 2, exclude: [gate_proj, up_proj, down_proj]
        let same = lora rank: 2, targets: [q_proj, k_proj, v_proj, o_proj]
        assert few.trainable == same.trainable and few.trainable < full.trainable

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let none = try SkilletRun().recipe(
      TinyRecipe.data + "lora rank: 2, targets: [q_proj], exclude: [q_proj]\n")
    #expect(none.ending == .exited(1), none.comment)
    #expect(none.errors.contains("error[E0407]"), none.comment)
  }

  @Test(arguments: ["default", "gaussian", "orthogonal"])
  func `an adapter of each start is the model before training, and learns`(start: String) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.data + """
        let base = eval on: train
        lora rank: 4, init: \(start)
        let made = eval on: train
        train steps: 12, lr: 2e-2
        let tuned = eval on: train
        assert abs(made.loss - base.loss) < 1e-4
        assert tuned.loss < base.loss - 0.1
        let saved = save "out"
        load "\(TinyRecipe.model)", adapter: "out"
        \(TinyRecipe.dataset)split valid: 1, test: 1
        assert abs((eval on: train).loss - tuned.loss) < 1e-6

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `an orthogonal start needs an even rank`() throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.data + "lora rank: 3, init: orthogonal\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0408]"), outcome.comment)
    #expect(outcome.errors.contains("help: rank: 4"), outcome.comment)
  }
}
