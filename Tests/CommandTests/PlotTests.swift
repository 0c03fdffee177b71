import Files
import TestSupport
import Testing

/// `plot` of trainings: each is drawn as its losses.
@Suite struct PlotTests {
  private func figures(_ recipe: String) throws -> [JSONValue] {
    let outcome = try SkilletRun().recipe(TinyRecipe.data + recipe, "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    return try outcome.output.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
      .filter { $0["event"] == "figure" }
  }

  private func names(_ figure: JSONValue?) -> [JSONValue?] {
    figure?["series"]?.array?.map { $0["name"] } ?? []
  }

  @Test func `one training is drawn as the word loss draws the last one`() throws {
    let found = try figures(
      "lora rank: 2\nlet a = train steps: 4, lr: 1e-2\nplot loss\nplot a\n"
        + "lora rank: 2\ntrain steps: 3, lr: 1e-2\nplot a\n")
    #expect(found.count == 3 && found[0] == found[1] && found[0] == found[2])
    #expect(found.first?["x"] == "step" && found.first?["y"] == "loss")
    #expect(found.first?["series"]?.array?.first?["points"]?.array?.count == 4)
  }

  @Test func `several trainings share a picture, by name or as the rows of a loop`() throws {
    let found = try figures(
      """
      lora rank: 2
      let a = train steps: 4, lr: 1e-2
      lora rank: 2
      let b = train steps: 3, lr: 1e-3
      plot {fast: a, slow: b}
      let runs = for r in [1, 2] as "rank {r}" {
        lora rank: r
        train steps: 3, lr: 1e-2
        eval on: train
      }
      plot runs
      plot runs, y: loss

      """)
    #expect(names(found.first) == ["fast", "slow"])
    #expect(found.first?["series"]?.array?.map { $0["points"]?.array?.count } == [4, 3])
    #expect(names(found[1]) == ["rank 1", "rank 2"])
    #expect(found[1]["x"] == "step" && found[2]["x"] == "number")
  }

  @Test func `what is no training is drawn as numbers or refused`() throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.data + "let a = eval on: train\nplot a\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0422]"), outcome.comment)
  }
}
