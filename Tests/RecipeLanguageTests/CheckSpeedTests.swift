import Diagnostics
import RecipeLanguage
import TestSupport
import Testing

@Suite struct CheckSpeedTests {
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

  @Test func `two hundred lines are checked in a twentieth of a second`() {
    let seconds = ProcessorTime.seconds {
      #expect(CheckerTests.check(Self.recipe).isEmpty)
    }
    #if DEBUG
      let limit = 0.5
    #else
      let limit = 0.05
    #endif
    #expect(seconds < limit)
  }
}
