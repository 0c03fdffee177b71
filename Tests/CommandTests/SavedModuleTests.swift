import TestSupport
import Testing

/// `lora modules_to_save:`, from training to what becomes of it.
@Suite struct SavedModuleTests {
  private let skillet: SkilletRun
  private static let adapter =
    "lora rank: 2, targets: [q_proj], layers: [1], modules_to_save: [\"lm_head\", \"norm\", \"v_proj\"]"

  init() throws { skillet = try SkilletRun() }

  @Test func `they are counted, learn over a quantized base, are saved and folded in`() throws {
    let life = AdapterLife(
      start: TinyRecipe.exactData, adapter: Self.adapter,
      training: "steps: 12, lr: 1e-3, weight_decay: 0.1",
      size: "made.trainable == 2 * (64 + 64) + 320 * 64 + 7 * 64 + 3 * 32 * 64 and made.rank == 2",
      model: "out.gguf")
    let outcome = try skillet.recipe(life.lines)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("lm_head"), outcome.comment)
    #expect(skillet.folder.text("saved/README.md").contains("| trained themselves |"))
  }

  @Test func `a folder of transformers has the norms that were trained`() throws {
    let model = References.path("families/gemma3/hf")
    let outcome = try skillet.recipe(
      TinyRecipe.header + "load \"\(model)\", precision: f32\n" + TinyRecipe.dataset + """
        lora rank: 2, targets: [o_proj], modules_to_save: ["norm"]
        train steps: 6, lr: 1e-2
        let tuned = eval on: train
        let written = export "model"
        assert written.kl < 1e-6 and written.read_back < 1e-3
        load "model", precision: f32
        \(TinyRecipe.dataset)let after = eval on: train
        assert abs(after.loss - tuned.loss) < 1e-4

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `norms that heads have apart are one module, with a tensor for each`() throws {
    let model = References.path("families/stablelm-heads/hf")
    let outcome = try skillet.recipe(
      TinyRecipe.header + "load \"\(model)\", precision: f32\n" + TinyRecipe.dataset + """
        let base = eval on: train
        let made = lora rank: 2, targets: [o_proj], modules_to_save: ["q_layernorm", "k_layernorm"]
        train steps: 6, lr: 1e-2
        let tuned = eval on: train
        assert tuned.loss < base.loss - 0.01
        save "saved"
        use "read", from: "saved"
        let read = eval on: train
        assert read.loss == tuned.loss
        let file = export "model.gguf"
        let folder = export "model"
        load "model", precision: f32
        \(TinyRecipe.dataset)let after = eval on: train
        assert abs(after.loss - tuned.loss) < 1e-4
        load "model.gguf", precision: f32
        \(TinyRecipe.dataset)let again = eval on: train
        assert abs(again.loss - tuned.loss) < 1e-4

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let header = try skillet.folder.bytes(of: "saved/adapter_model.safetensors").prefix(4000)
    #expect(
      String(decoding: header, as: UTF8.self)
        .contains("base_model.model.model.layers.1.self_attn.q_layernorm.norms.3.weight"))
    let refused = try skillet.recipe(
      TinyRecipe.header + "load \"\(model)\"\nlora rank: 2, modules_to_save: [\"norms.1\"]\n")
    #expect(refused.errors.contains("q_layernorm.norms.1 too, which is not trained"))
  }

  @Test func `a training that stops on the way comes to the same bytes, with any threads`() throws {
    let training = "steps: 8, lr: 1e-3"
    let outcome = try skillet.recipe(
      TinyRecipe.data + AdapterLife.resumption(of: Self.adapter, training: training) + """
        \(Self.adapter)
        let again = train \(training), checkpointing: true
        assert again.adapter_sha256 == whole.adapter_sha256
        show whole.adapter_sha256

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("targets: [q_proj], modules_to_save: [\"q_proj\"]", "E0212"),
    ("modules_to_save: [\"nothing\"]", "E0407"), ("modules_to_save: [\"\"]", "E0407"),
    ("targets: [all_linear, lm_head], modules_to_save: [\"lm_head\"]", "E0212"),
    ("modules_to_save: [\"proj\"]", "E0407"),
  ])
  func `what names no module, or one twice, is told`(arguments: String, code: String) throws {
    let outcome = try skillet.recipe(TinyRecipe.data + "lora rank: 2, \(arguments)\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
  }

  @Test func `a model with one matrix for embedding and head is told that they part`() throws {
    let tied = References.path("tiny-llama-tied/hf")
    for line in ["merge", "export \"x.gguf\""] {
      let outcome = try skillet.recipe(
        TinyRecipe.header + "load \"\(tied)\", precision: f32\n"
          + "lora rank: 2, modules_to_save: [\"lm_head\"]\n" + line + "\n")
      #expect(outcome.ending != .exited(0), outcome.comment)
      #expect(outcome.errors.contains("are one matrix"), outcome.comment)
    }
  }
}
