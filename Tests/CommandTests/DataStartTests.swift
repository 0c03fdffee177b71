import TestSupport
import Testing

/// `lora init: eva`, through recipes.
@Suite struct DataStartTests {
  private static let rows = (0..<40).map { index in
    #"{"prompt": "what is \#(index) and one?", "completion": "it is \#(index + 1), no more, and no less"}"#
  }.joined(separator: "\n")

  @Test func `an adapter that starts on the data trains, is saved, and replays to the same bytes`()
    throws
  {
    let body = """
      load "smollm2"
      dataset "rows.jsonl"
      let shape = lora rank: 4, init: eva, targets: [q_proj, down_proj]
      assert len(shape.ranks) > 1, "all layers got the same"
      assert shape.scale == 4
      let before = eval on: train
      train steps: 4, lr: 1e-2
      let after = eval on: train
      assert after.loss < before.loss
      save "out"

      """
    let skillet = try SkilletRun.checkout()
    skillet.folder.write(Self.rows, as: "rows.jsonl")
    let outcome = try skillet.recipe(TinyRecipe.header + body)
    #expect(outcome.ending == .exited(0), outcome.comment)
    let bytes = try skillet.folder.bytes(of: "out/adapter_model.safetensors")
    let again = try skillet.recipe(
      TinyRecipe.header + body.replacing("\"out\"", with: "\"again\""))
    #expect(again.ending == .exited(0), again.comment)
    #expect(try skillet.folder.bytes(of: "again/adapter_model.safetensors") == bytes)
    let reading = try skillet.recipe(
      TinyRecipe.header + """
        load "smollm2", adapter: "out"
        dataset "rows.jsonl"
        let again = eval on: train
        show again.loss

        """)
    #expect(reading.ending == .exited(0), reading.comment)
  }

  @Test func `layers that get no rank are told`() throws {
    let skillet = try SkilletRun.checkout()
    skillet.folder.write(Self.rows, as: "rows.jsonl")
    let outcome = try skillet.recipe(
      TinyRecipe.header + """
        load "smollm2"
        dataset "rows.jsonl"
        let planned = lora rank: 1, targets: [q_proj, down_proj]
        let found = lora rank: 1, init: eva, rho: 6, targets: [q_proj, down_proj], name: "second"
        assert found.rank >= 1

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains("of 6 layers get none of the ranks"), outcome.comment)
  }

  @Test(arguments: [
    ("lora init: eva", "needs examples"),
    ("dataset \"rows.jsonl\"\nlora rho: 3", "as eva does alone"),
    ("dataset \"rows.jsonl\"\nlora init: eva, targets: [q_proj, lm_head]", "the output head"),
    ("dataset \"rows.jsonl\"\nlora init: eva, targets: [q_proj, embed_tokens]", "embedding"),
    ("dataset \"few.jsonl\"\nlora init: eva, rank: 16", "too few tokens that are learnt"),
  ])
  func `what it cannot stand on is refused by name`(body: String, reason: String) throws {
    let skillet = try SkilletRun.checkout()
    skillet.folder.write(Self.rows, as: "rows.jsonl")
    skillet.folder.write(#"{"prompt": "a", "completion": "b"}"#, as: "few.jsonl")
    let outcome = try skillet.recipe(TinyRecipe.header + "load \"smollm2\"\n" + body + "\n")
    #expect(outcome.ending != .exited(0) && outcome.errors.contains(reason), outcome.comment)
  }
}
