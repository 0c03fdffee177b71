import TestSupport
import Testing

/// Adapters beside the embedding and the output head, from `lora` to what becomes of them.
@Suite struct TokenTableTests {
  private let skillet: SkilletRun
  private static let adapter =
    "lora rank: 2, targets: [q_proj, lm_head, embed_tokens], layers: [1], dropout: 0.1\n"
  private static let tied =
    TinyRecipe.header
    + "seed 1\nload \"\(References.path("tiny-llama-tied/hf"))\", precision: f32\n"
    + TinyRecipe.dataset + "lora rank: 2, targets: [lm_head]\n"

  init() throws { skillet = try SkilletRun() }

  @Test func `they are counted, learn, are looked at, and folded in`() throws {
    let outcome = try skillet.recipe(
      TinyRecipe.exactData + "let base = eval on: train\nlet made = \(Self.adapter)" + """
        assert made.trainable == 2 * (64 + 64) + 2 * 2 * (64 + 320)
        let start = eval on: train
        assert abs(start.loss - base.loss) < 1e-4
        train steps: 12, lr: 2e-2
        let tuned = eval on: train
        assert tuned.loss < base.loss - 0.1
        let seen = inspect adapter
        assert len(seen.modules.norm) == 3 and seen.update_norms.lm_head > 0
        combine {default: 1}, name: "same"
        let again = eval on: train
        assert abs(again.loss - tuned.loss) < 1e-4
        use "default"
        let folded = merge to: f32
        assert folded.kl < 1e-4 and folded.layers == 3
        let after = eval on: train
        assert abs(after.loss - tuned.loss) < 1e-4

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `a training that stops on the way comes to the same bytes, here and from its folder`()
    throws
  {
    let outcome = try skillet.recipe(
      TinyRecipe.data + Self.adapter + "let whole = train steps: 8, lr: 2e-2\n" + Self.adapter + """
        let half = train steps: 8, lr: 2e-2, until: 3
        let rest = train resume: half
        assert rest.adapter_sha256 == whole.adapter_sha256
        \(Self.adapter)train steps: 8, lr: 2e-2, until: 3, to: "half"
        let other = train resume: "half", to: "end"
        assert other.adapter_sha256 == whole.adapter_sha256
        let tuned = eval on: train
        use "read", from: "end"
        let same = eval on: train
        assert same.loss == tuned.loss

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `exported with both folded in, the model reads back as it was`() throws {
    let outcome = try skillet.recipe(
      TinyRecipe.exactData + Self.adapter + """
        train steps: 4, lr: 2e-2
        let written = export "out.gguf", type: f32, embedding: f32
        assert written.kl < 1e-6 and written.read_back < 1e-3
        save "adapter.gguf", format: gguf

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test(arguments: [
    ("merge", "are one matrix"), ("save \"x.gguf\", format: gguf", "are one matrix"),
    ("export \"x.gguf\"", "are one matrix"), ("save \"x\", format: mlx", "lm_head"),
  ])
  func `what a model with one matrix for both cannot take is refused`(
    line: String, said: String
  ) throws {
    let outcome = try skillet.recipe(Self.tied + "train steps: 2, lr: 1e-2\n\(line)\n")
    #expect(outcome.ending != .exited(0), outcome.comment)
    #expect(outcome.errors.contains(said), outcome.comment)
    #expect(!skillet.folder.names.contains { $0.hasPrefix("x") })
  }

  @Test(arguments: [
    ("lora targets: [embed_tokens], dora: true", "E0212"),
    ("lora targets: [embed_tokens], init: pissa", "E0212"),
    ("lora targets: [lm_head], rank: 100", "E0408"), ("lora targets: [wte]", "E0407"),
    ("unfreeze targets: [embed_tokens]", "E0407"),
  ])
  func `what does not go with tables is refused`(line: String, code: String) throws {
    let outcome = try skillet.recipe(TinyRecipe.data + line + "\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
  }
}
