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

  @Test func `groups of numbers have their shortest names, each its own`() throws {
    let found = try figures(
      """
      let runs = for r in [3e-4, 1e-3, 0.33331, 0.33332] { {rate: r, loss: r, step: 1} }
      plot runs, x: step, y: loss, group: rate

      """)
    #expect(names(found.first) == ["0.0003", "0.001", "0.33331", "0.33332"])
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

  /// Losses by rank and targets, two seeds of each.
  private let table = """
    let runs = for row in [
      {rank: 2, on: "q", seed: 1, loss: 3.0}, {rank: 2, on: "q", seed: 2, loss: 2.0},
      {rank: 8, on: "q", seed: 1, loss: 2.0}, {rank: 8, on: "q", seed: 2, loss: 1.5},
      {rank: 2, on: "all", seed: 1, loss: 1.5}, {rank: 2, on: "all", seed: 2, loss: 1.25},
      {rank: 8, on: "all", seed: 1, loss: 1.0}, {rank: 8, on: "all", seed: 2, loss: 0.5},
    ] {
      {rank: row.rank, on: row.on, loss: row.loss}
    }

    """

  private func points(_ figure: JSONValue?, _ name: String) -> JSONValue? {
    figure?["series"]?.array?.first { $0["name"] == .string(name) }?["points"]
  }

  @Test func `rows at one place are their mean and range, a line for each group`() throws {
    let found = try figures(table + "plot runs, x: rank, y: loss, group: on, choose: lowest\n")
      .first
    #expect(names(found) == ["q", "all", "range", "lowest"])
    #expect(points(found, "q") == [[2.0, 2.5], [8.0, 1.75]])
    #expect(points(found, "all") == [[2.0, 1.375], [8.0, 0.75]])
    #expect(
      points(found, "range") == [
        [2.0, 1.25], [2.0, 1.5], [2.0, 2.0], [2.0, 3.0],
        [8.0, 0.5], [8.0, 1.0], [8.0, 1.5], [8.0, 2.0],
      ])
    #expect(points(found, "lowest") == [[8.0, 0.75]])
    #expect(found?["title"] == "lowest loss: 0.7500, rank 8, on all")
    #expect(found?["y"] == "loss, mean")
  }

  @Test func `a column of names gives bars, and heat a map of two`() throws {
    let found = try figures(
      table
        + "plot runs, x: on, y: loss, choose: highest\n"
        + "plot runs, x: rank, y: on, heat: loss, choose: lowest\n")
    try #require(found.count == 2)
    #expect(found[0]["categories"] == ["q", "all"])
    #expect(points(found[0], "loss") == [[1.0, 2.125], [2.0, 1.0625]])
    #expect(found[0]["title"] == "highest loss: 2.125, on q")
    #expect(found[1]["columns"] == ["2", "8"] && found[1]["rows"] == ["q", "all"])
    #expect(found[1]["values"] == [[2.5, 1.75], [1.375, 0.75]])
    #expect(found[1]["title"] == "lowest loss: 0.7500, rank 8, on all")
  }

  @Test(arguments: [
    ("plot runs, x: rank, y: on", "E0420", "the column `on` has values that are no numbers"),
    ("plot runs, x: rank, heat: loss", "E0422", "names of both axes"),
    ("plot runs, x: rank, y: on, heat: loss, group: on", "E0422", "no lines to group"),
    ("plot [1, 2], choose: lowest", "E0422", "only a table"),
  ])
  func `what cannot be drawn names its column`(
    plot: String, code: String, message: String
  ) throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.data + table + plot + "\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[\(code)]"), outcome.comment)
    #expect(outcome.errors.contains(message), outcome.comment)
  }
}
