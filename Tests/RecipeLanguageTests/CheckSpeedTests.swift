import Diagnostics
import RecipeLanguage
import Testing

@Suite(.serialized) struct CheckSpeedTests {
  /// 200 lines that use every part of the language.
  static let recipe: String = {
    var lines = [
      "recipe \"long\", language: 1", "load \"smollm2\"", "dataset \"rows.jsonl\"",
      "split valid: 10%",
    ]
    for number in 0..<28 {
      lines += [
        "let runs\(number) = for r in [2, 4, 8], q in [nf4, int8] as \"r{r}-{q}\" {",
        "  quantize q, block: 64", "  lora rank: r, alpha: 2 * r, targets: [q_proj, v_proj]",
        "  train steps: \(number + 1) * 10, lr: 2e-4, budget: 10m", "  eval", "}",
        "assert all(runs\(number).finite)",
      ]
    }
    return lines.joined(separator: "\n")
  }()

  @Test func twoHundredLinesAreCheckedAtOnce() {
    let clock = ContinuousClock()
    let best = (0..<5).map { _ in
      clock.measure { #expect(CheckerTests.check(Self.recipe).isEmpty) }
    }.min()
    #if DEBUG
      let limit = Duration.milliseconds(500)
    #else
      let limit = Duration.milliseconds(20)
    #endif
    #expect(best ?? .zero < limit)
  }
}
