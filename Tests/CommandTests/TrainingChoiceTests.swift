import TestSupport
import Testing

/// What `clip`, `pack`, `shuffle` and `checkpointing` change of a training, and what they do not.
@Suite struct TrainingChoiceTests {
  private static let lora = "lora rank: 2, targets: [q_proj, v_proj]\n"

  private func run(_ lines: String) throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.adapter + lines)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  /// Adam divides by the size of what it has seen, so a short gradient is told by its smaller step only
  /// where it comes near epsilon.
  @Test func `clip shortens long gradients and leaves others alone`() throws {
    try run(
      """
      let never = train steps: 3, lr: 1e-2, clip: 0
      \(Self.lora)let beyond = train steps: 3, lr: 1e-2, clip: 1e9
      \(Self.lora)let short = train steps: 3, lr: 1e-2, clip: 1e-10
      assert beyond.adapter_sha256 == never.adapter_sha256
      assert short.adapter_sha256 != never.adapter_sha256
      assert never.loss < never.first_loss
      expect short.loss ~= never.first_loss within 0.5%
      assert abs(short.loss - short.first_loss) < 0.1 * abs(never.loss - never.first_loss)

      """)
  }

  @Test func `packed examples see nothing of each other`() throws {
    try run(
      """
      let packed = train steps: 6, lr: 1e-2, batch: 2
      let after = eval
      \(Self.lora)let single = train steps: 6, lr: 1e-2, batch: 2, pack: false
      let same = eval
      expect packed.first_loss ~= single.first_loss within 0.001%
      expect packed.loss ~= single.loss within 0.1%
      expect after.loss ~= same.loss within 0.1%
      assert packed.trained_tokens == single.trained_tokens

      """)
  }

  /// The first row alone has the loss of the first step of one row.
  @Test func `without shuffling rows are learnt in the order of the file`() throws {
    try run(
      """
      let ordered = train steps: 1, batch: 1, shuffle: false
      \(Self.lora)let repeated = train steps: 1, batch: 1, shuffle: false
      assert ordered.adapter_sha256 == repeated.adapter_sha256
      dataset \"""
      {"prompt": "one", "completion": "uno"}
      {"prompt": "one", "completion": "uno"}
      {"prompt": "five", "completion": "cinco"}
      {"prompt": "six", "completion": "seis"}
      {"prompt": "seven", "completion": "siete"}
      \"""
      \(Self.lora)let first = train steps: 2, batch: 1, shuffle: false, lr: 0
      assert first.first_loss == first.loss
      let later = for s in [1, 2, 3, 4, 5, 6] {
        seed s
        lora rank: 2, targets: [q_proj, v_proj]
        train steps: 1, batch: 1, lr: 0
      }
      assert min(later.loss) < max(later.loss)
      let fixed = for s in [1, 2, 3, 4, 5, 6] {
        seed s
        lora rank: 2, targets: [q_proj, v_proj]
        train steps: 1, batch: 1, lr: 0, shuffle: false
      }
      assert min(fixed.loss) == max(fixed.loss)
      assert min(fixed.loss) == first.loss

      """)
  }

  @Test(arguments: [1, 2]) func `activations computed again give the same bytes`(
    threads: Int
  ) throws {
    let outcome = try SkilletRun(["SKILLET_THREADS": "\(threads)"]).recipe(
      TinyRecipe.adapter + """
        let kept = train steps: 4, lr: 1e-2, checkpointing: false
        \(Self.lora)let again = train steps: 4, lr: 1e-2, checkpointing: true
        assert kept.adapter_sha256 == again.adapter_sha256
        assert kept.loss == again.loss

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }
}
