import TestSupport
import Testing

/// Arguments of `generate`, through recipes that compare what they give.
@Suite struct GenerationArgumentTests {
  private func run(_ lines: String) throws -> ChildProcess.Outcome {
    let outcome = try SkilletRun().recipe(TinyRecipe.load + lines)
    #expect(outcome.ending == .exited(0), outcome.comment)
    return outcome
  }

  @Test(arguments: ["top_k: 1", "min_p: 1", "top_p: 0"])
  func `a limit that leaves one token takes the likeliest`(_ limit: String) throws {
    _ = try run(
      """
      let likeliest = generate "x", chat: none, max_tokens: 16
      let free = generate "x", chat: none, max_tokens: 16, temperature: 9
      let limited = generate "x", chat: none, max_tokens: 16, temperature: 9, \(limit)
      assert limited.text == likeliest.text
      assert free.text != likeliest.text

      """)
  }

  @Test(arguments: ["top_k: 2", "min_p: 0.9"])
  func `a limit that leaves a few draws among them`(_ limit: String) throws {
    _ = try run(
      """
      let free = generate "x", chat: none, max_tokens: 16, temperature: 9
      let limited = generate "x", chat: none, max_tokens: 16, temperature: 9, \(limit)
      let same = generate "x", chat: none, max_tokens: 16, temperature: 9, \(limit)
      let likeliest = generate "x", chat: none, max_tokens: 16
      assert limited.text != free.text
      assert limited.text != likeliest.text
      assert limited.text == same.text

      """)
  }

  @Test func `a seed of its own draws as the session's would`() throws {
    _ = try run(
      """
      seed 5
      let free = generate "x", chat: none, max_tokens: 16, temperature: 9
      seed 6
      let other = generate "x", chat: none, max_tokens: 16, temperature: 9
      let same = generate "x", chat: none, max_tokens: 16, temperature: 9, seed: 5
      assert same.text == free.text
      assert other.text != free.text

      """)
  }

  @Test func `several replies are drawn each by itself, the first as if alone`() throws {
    _ = try run(
      """
      let first = generate "x", chat: none, max_tokens: 8, temperature: 9
      let three = generate "x", chat: none, max_tokens: 8, temperature: 9, n: 3
      let lists = generate ["x", "y"], chat: none, max_tokens: 8, temperature: 9, n: 2
      assert len(three.texts) == 3
      assert three.texts[0] == first.text and three.text == first.text
      assert three.texts[1] != three.texts[0] and three.texts[2] != three.texts[1]
      assert len(lists.texts) == 2 and len(lists.texts[1]) == 2

      """)
    let outcome = try SkilletRun().recipe(TinyRecipe.load + "generate \"x\", n: 2\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("all 2 replies would be the same"), outcome.comment)
  }

  /// Left alone, the random model comes back to a circle of words.
  @Test func `repetition_penalty leads away from what was said`() throws {
    _ = try run(
      """
      let plain = generate "x", chat: none, max_tokens: 120
      let neutral = generate "x", chat: none, max_tokens: 120, repetition_penalty: 1
      let much = generate "x", chat: none, max_tokens: 120, repetition_penalty: 50
      assert plain.text == neutral.text
      assert plain.text != much.text

      """)
  }

  @Test func `system stands before the prompt as the template writes it`() throws {
    _ = try run(
      TinyRecipe.dataset + #"""
        let with = generate "x", max_tokens: 12, system: "S"
        let without = generate "x", max_tokens: 12
        let written = generate "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n", max_tokens: 12, chat: none
        assert with.text == written.text
        assert with.text != without.text

        """#)
  }

  @Test func `a reply says why it ended`() throws {
    let outcome = try run(
      """
      let long = generate "x", chat: none, max_tokens: 5
      assert long.stop_reason == "max_tokens"
      assert long.tokens == 5
      let full = generate "x", chat: none, max_tokens: 1000
      assert full.stop_reason == "context"
      assert full.tokens < 256
      let whole = generate "tell me", chat: none, max_tokens: 40, temperature: 3
      let cut = generate "tell me", chat: none, max_tokens: 40, temperature: 3, stop: [" the", "a", "e"]
      assert cut.stop_reason == "stop"
      assert cut.tokens < whole.tokens
      \(TinyRecipe.dataset)lora rank: 4
      train steps: 60, lr: 2e-2, batch: 4
      let learnt = generate "one", max_tokens: 40
      assert learnt.stop_reason == "end_of_turn"
      assert learnt.text == "uno"

      """)
    #expect(outcome.errorCount == 0, outcome.comment)
  }
}
