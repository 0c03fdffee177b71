import Files
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

  @Test
  func `layers are named by ends of paths or by a regular expression, with ranks of their own`()
    throws
  {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.data + #"""
        let both = lora rank: 4, targets: [q_proj, v_proj]
        let ends = lora rank: 4, modules: ["self_attn.q_proj", "v_proj"]
        let fits = lora rank: 4, modules: ".*layers\\.\\d+\\.self_attn\\.(q|v)_proj"
        assert ends.trainable == both.trainable and fits.trainable == both.trainable
        let single = lora rank: 4, modules: ["layers.0.self_attn.q_proj"]
        let wide = lora rank: 4, modules: ["layers.0.self_attn.q_proj"], overrides: {q_proj: {rank: 8}}
        assert wide.trainable == 2 * single.trainable
        let first = lora rank: 4, modules: ["q_proj", "v_proj"], layers: [0]
        assert first.trainable < both.trainable

        """#)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("overrides: {q_prj: {rank: 8}}", "E0407"), ("overrides: {q_proj: {rank: 0}}", "E0207"),
    ("overrides: {q_proj: 8}", "E0207"), ("overrides: {q_proj: {width: 8}}", "E0207"),
    ("overrides: {q_proj: {alpha: \"2\"}}", "E0207"), ("overrides: {q_proj: {rank: 900}}", "E0408"),
    ("targets: [v_proj], overrides: {q_proj: {rank: 8}}", "E0407"), ("modules: \"(q\"", "E0407"),
    ("modules: \"lm_hea\"", "E0407"), ("modules: [\"nothing\"]", "E0407"),
    ("modules: \".*q_proj\", layers: [1]", "E0212"),
  ])
  func `what fits no layer is told with its place`(arguments: String, code: String) throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.data + "lora rank: 2, \(arguments)\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
  }

  @Test func `a weight-decomposed adapter learns, is saved, merged, and goes on`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.exactData + """
        let base = eval on: train
        let plain = lora rank: 2, targets: [q_proj, v_proj]
        let made = lora rank: 2, targets: [q_proj, v_proj], dora: true, dropout: 0.1
        assert made.trainable > plain.trainable
        let start = eval on: train
        assert abs(start.loss - base.loss) < 0.0001
        train steps: 12, lr: 2e-2, to: "out/dora"
        let tuned = eval on: train
        assert tuned.loss < base.loss
        inspect adapter
        let folded = merge to: f32
        assert folded.kl < 0.0001
        let after = eval on: train
        assert abs(after.loss - tuned.loss) < 0.0001

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let again = try skillet.recipe(
      TinyRecipe.exactData + """
        train resume: "out/dora", steps: 14
        eval on: train

        """)
    #expect(again.ending == .exited(0), again.comment)
    let refused = try skillet.recipe(
      TinyRecipe.data + """
        train resume: "out/dora", steps: 15
        save "out/x", format: gguf

        """)
    #expect(refused.ending == .exited(66), refused.comment)
    #expect(refused.errors.contains("DoRA"), refused.comment)
  }

  @Test(arguments: ["default", "gaussian", "orthogonal"])
  func `an adapter of each start is the model before training, and learns`(start: String) throws {
    let skillet = try SkilletRun()
    // B·A of rounded factors would not be zero
    let outcome = try skillet.recipe(
      TinyRecipe.exactData + """
        let base = eval on: train
        lora rank: 4, init: \(start)
        let made = eval on: train
        train steps: 12, lr: 2e-2
        let tuned = eval on: train
        assert abs(made.loss - base.loss) < 1e-4
        assert tuned.loss < base.loss - 0.1
        let saved = save "out"
        load "\(TinyRecipe.model)", adapter: "out", precision: f32
        \(TinyRecipe.dataset)split valid: 1, test: 1
        assert abs((eval on: train).loss - tuned.loss) < 1e-6

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: ["pissa", "olora"])
  func `a start on the weights answers as the model, learns, is saved and goes on`(
    start: String
  ) throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.exactData + """
        let base = eval on: train
        let plain = lora rank: 4
        let made = lora rank: 4, init: \(start)
        assert made.rank == 4 and made.trainable == plain.trainable
        let start = eval on: train
        assert abs(start.loss - base.loss) < 1e-4
        train steps: 12, lr: 5e-3, to: "out"
        let tuned = eval on: train
        assert tuned.loss < base.loss - 0.1
        use "again", from: "out"
        assert abs((eval on: train).loss - tuned.loss) < 1e-5
        merge to: f32
        assert abs((eval on: train).loss - tuned.loss) < 1e-3

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let config = try JSONValue(parsing: skillet.folder.text("out/adapter_config.json"))
    #expect(config["r"] == 8 && config["lora_alpha"] == 32)
    let resumed = try skillet.recipe(
      TinyRecipe.exactData + "train resume: \"out\", steps: 14\nlet seen = inspect adapter\n")
    #expect(resumed.ending == .exited(0), resumed.comment)
  }

  @Test(arguments: [
    ("lora rank: 4, init: pissa, dropout: 0.1", "E0212"),
    ("lora rank: 4, init: olora, dora: true", "E0212"),
    ("lora rank: 4, init: pissa, alpha: 0", "E0212"), ("lora rank: 4, init: loftq", "E0406"),
  ])
  func `what a start on the weights does not go with is refused`(line: String, code: String) throws
  {
    let outcome = try SkilletRun().recipe(TinyRecipe.data + line + "\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
  }

  @Test func `an orthogonal start needs an even rank`() throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.data + "lora rank: 3, init: orthogonal\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0408]"), outcome.comment)
    #expect(outcome.errors.contains("help: rank: 4"), outcome.comment)
  }
}
