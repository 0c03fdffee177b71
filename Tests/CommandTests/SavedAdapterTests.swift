import Foundation
import TestSupport
import Testing

/// An adapter that was saved is the one that is loaded.
@Suite struct SavedAdapterTests {
  private func losses(_ outcome: ChildProcess.Outcome) throws -> [Double] {
    try outcome.output.split(separator: "\n").filter {
      $0.hasPrefix("{\"event\":\"value\"") && $0.contains("\"verb\":\"eval\"")
    }.map {
      let object = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      return try #require((object?["value"] as? [String: Any])?["loss"] as? Double)
    }
  }

  @Test(arguments: ["lora rank: 4, alpha: 8", "lora rank: 2, rslora: true, layers: [0, 2]"])
  func `a loaded adapter evaluates as it did before it was saved`(_ lora: String) throws {
    let skillet = try SkilletRun()
    let data = TinyRecipe.dataset + "split valid: 1, seed: 5\n"
    let start = TinyRecipe.header + "load \"\(TinyRecipe.model)\", precision: f32"
    let outcome = try skillet.recipe(
      start + "\n" + data + lora + "\neval\ntrain steps: 8, lr: 1e-2\neval\nsave \"out\"\n",
      "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let before = try losses(outcome)
    try #require(before.count == 2)
    #expect(abs(before[0] - before[1]) > 1e-3, "training changed nothing")
    let again = try skillet.recipe(
      start + ", adapter: \"out\"\n" + data + "eval\nuse base\neval\n", "--json")
    #expect(again.ending == .exited(0), again.comment)
    let after = try losses(again)
    try #require(after.count == 2)
    #expect(abs(after[0] - before[1]) <= 1e-6 * before[1])
    #expect(abs(after[1] - before[0]) <= 1e-6 * before[0])
  }
}
