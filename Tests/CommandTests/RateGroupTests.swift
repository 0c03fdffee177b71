import TestSupport
import Testing

/// `train lr_groups:`, learning rates of modules.
@Suite struct RateGroupTests {
  private static let lora = "lora rank: 2, targets: [q_proj, down_proj]\n"
  private static let start = TinyRecipe.data + lora

  @Test func `modules that all have one rate give the bytes of a training with it`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.data + """
        for o in [adamw, adamw8bit, lion, adafactor, sgd] {
        \(Self.lora)let a = train steps: 5, lr: 1e-2, optimizer: o, weight_decay: 0.1
        \(Self.lora)let b = train steps: 5, lr: 0, optimizer: o, weight_decay: 0.1, lr_groups: {model: 1e-2}
        assert a.adapter_sha256 == b.adapter_sha256
        }

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `the first name that fits counts, and what has none learns at lr`() throws {
    let outcome = try SkilletRun().recipe(
      Self.start + """
        let a = train steps: 5, lr: 1e-2, lr_groups: {q_proj: 1e-3, "layers.0": 1e-4}
        \(Self.lora)let b = train steps: 5, lr: 1e-4, lr_groups: {
          "self_attn": 1e-3, "layers.[1-9].mlp": 1e-2}
        \(Self.lora)let c = train steps: 5, lr: 1e-2, lr_groups: {"layers.0": 1e-4, q_proj: 1e-3}
        assert a.adapter_sha256 == b.adapter_sha256
        assert a.adapter_sha256 != c.adapter_sha256

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("{q_porj: 1e-3}", 1, "this model has no module `q_porj`", "did you mean `q_proj`?"),
    ("{\"layer.0\": 1e-3}", 1, "this model has no module `layer.0`", "did you mean `layers.0`"),
    ("{lm_head: 1e-3}", 1, "nothing of `lm_head` is trained by this adapter", "`targets`"),
    ("{mlp: 1e-3, down_proj: 1e-4}", 1, "`down_proj` stands for has the rate", "put it before"),
    ("{\"(\": 1e-3}", 1, "the name \"(\" is not read", "layers.[0-3]"),
    ("{q_proj: 11}", 65, "`lr_groups` of `train` cannot be 11", "float 0..10"),
    ("{q_proj: \"fast\"}", 65, "takes float 0..10, not a string", ""),
    ("1e-3", 65, "takes record of float 0..10, not a float", ""),
  ])
  func `what stands for nothing is refused, with what it may have meant`(
    groups: String, status: Int, message: String, help: String
  ) throws {
    let outcome = try SkilletRun().recipe(Self.start + "train steps: 2, lr_groups: \(groups)\n")
    #expect(outcome.ending == .exited(Int32(status)), outcome.comment)
    #expect(outcome.errors.contains(message), outcome.comment)
    #expect(outcome.errors.contains(help), outcome.comment)
  }

  @Test func `a training in groups goes to other trainers, as far as they have them`() throws {
    let skillet = try SkilletRun()
    func train(_ groups: String) -> String {
      "lora rank: 2, targets: [q_proj, lm_head, embed_tokens]\ntrain steps: 1, weight_decay: 0.1, lr_groups: \(groups)\n"
    }
    let outcome = try skillet.recipe(
      TinyRecipe.data.replacing("q8_0.gguf", with: "hf")
        + train("{lm_head: 1e-5, embed_tokens: 1e-5, \"layers.1\": 1e-6}")
        + "export \"a.yaml\"\n" + train("{lm_head: 1e-5}") + "export \"b.yaml\"\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(
      outcome.errors.contains("axolotl has one rate for the embedding, the head and saved modules"),
      outcome.comment)
    let yaml = skillet.folder.text("a.yaml")
    #expect(
      yaml.contains(
        "embedding_lr: 1.0e-05\nlr_groups: [{\"name\": \"group1\",\"lr\": 1.0e-06,"
          + "\"modules\": [\"model.layers.1.self_attn.q_proj.\"]}]\n"), "\(yaml)")
    #expect(yaml.contains("#   Beside rates of modules Axolotl decays neither"), "\(yaml)")
    let script = try skillet.recipe(
      Self.start + "train steps: 1, lr_groups: {q_proj: 1e-3, \"layers.0\": 0}\nexport \"a.py\"\n")
    #expect(script.ending == .exited(0), script.comment)
    let text = skillet.folder.text("a.py")
    #expect(
      text.contains("RATES = [\n    (\"q_proj\", 0.001),\n    (\"layers.0\", 0.0),\n]"), "\(text)")
    #expect(text.contains("trainer = GroupedTrainer("), "\(text)")
  }

  @Test func `a card has the groups as they were given, names in quotes where they need them`()
    throws
  {
    let skillet = try SkilletRun()
    let line = "train steps: 1, lr_groups: {q_proj: 0.001, \"layers.1\": 1e-05}"
    let outcome = try skillet.recipe(Self.start + line + "\nsave \"a\"\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(skillet.folder.text("a/README.md").contains(line), outcome.comment)
  }
}
