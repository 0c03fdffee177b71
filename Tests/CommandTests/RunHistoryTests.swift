import Foundation
import TestSupport
import Testing

/// Runs that are compared and remembered.
@Suite struct RunHistoryTests {
  private static let recipe =
    TinyRecipe.data
    + "lora rank: rank\ntrain steps: 2, lr: 1e-3\nlet after = eval\nshow after.loss\n"

  private func write(_ skillet: SkilletRun) {
    skillet.folder.write(
      Self.recipe.replacing(TinyRecipe.header, with: TinyRecipe.header + "param rank: int = 2\n"),
      as: "tune.recipe")
  }

  @Test func `every run is remembered with its values, figures and fingerprints`() throws {
    let skillet = try SkilletRun()
    write(skillet)
    #expect(try skillet("run", "tune.recipe", "--sweep", "rank=2,4").ending == .exited(0))
    skillet.folder.write(TinyRecipe.header + "assert (seed 3).seed > 3\n", as: "bad.recipe")
    #expect(try skillet("run", "bad.recipe").ending == .exited(1))
    let lines = String(decoding: try skillet.home.bytes(of: ".skillet/runs.jsonl"), as: UTF8.self)
      .split(separator: "\n")
    let runs = try lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(runs.map { $0["recipe"] as? String } == ["tune.recipe", "tune.recipe", "bad.recipe"])
    #expect(runs.map { $0["ended"] as? String } == ["good", "good", "failed"])
    #expect(runs.map { ($0["params"] as? [String: Int])?["rank"] } == [2, 4, nil])
    #expect(runs.map { $0["seed"] as? Int } == [1, 1, 3])
    #expect(runs[0]["recipe_sha256"] as? String == runs[1]["recipe_sha256"] as? String)
    #expect((runs[0]["adapter_sha256"] as? String)?.count == 64)
    #expect(runs[0]["perplexity"] as? Double ?? 0 > 1 && runs[2]["perplexity"] == nil)
    let shown = try skillet(input: ":runs 2\n")
    #expect(shown.output.contains("rank=4") && !shown.output.contains("rank=2"), shown.comment)
    #expect(shown.output.contains("bad.recipe") && shown.output.contains("failed"), shown.comment)
  }

  @Test func `a run has a name, and is told with its model, data, folder and version`() throws {
    let skillet = try SkilletRun()
    write(skillet)
    #expect(try skillet("run", "tune.recipe", "--set", "rank=4").ending == .exited(0))
    #expect(try skillet("run", "tune.recipe").ending == .exited(0))
    let listed = try skillet("runs", "--with", "rank=4", "--json")
    let row = try #require(
      try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any],
      listed.comment)
    let id = try #require(row["id"] as? String)
    let shown = try skillet("runs", String(id.prefix(7)), "--json")
    let run = try #require(
      try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any],
      shown.comment)
    #expect(run["id"] as? String == id && (run["params"] as? [String: Int])?["rank"] == 4)
    #expect((run["folder"] as? String)?.hasSuffix(skillet.folder.path) == true)
    #expect(run["model"] is String && run["data"] is String && run["version"] is String)
    #expect(try skillet("runs", "zzzz").ending == .exited(64))
    #expect(try skillet(input: ":runs rank=4\n").output.contains(id))
  }

  @Test func `a training that was typed is remembered beside the recipes`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.adapter + "let fit = train steps: 2, lr: 1e-3, eval_every: 1\n"
        + "train resume: fit, steps: 3\neval\n:runs\n")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let runs = try String(
      decoding: skillet.home.bytes(of: ".skillet/runs.jsonl"), as: UTF8.self
    ).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(runs.map { ($0["params"] as? [String: Any])?["steps"] as? Int } == [2, 3])
    #expect(runs.allSatisfy { ($0["params"] as? [String: Any])?["lr"] as? Double == 1e-3 })
    #expect(runs.allSatisfy { $0["seed"] as? Int == 1 && $0["ended"] as? String == "good" })
    #expect(runs.allSatisfy { $0["valid_loss"] is Double && $0["loss"] is Double })
    #expect(Set(runs.compactMap { $0["adapter_sha256"] as? String }).count == 2)
    #expect(outcome.output.contains("steps=3,lr=0.001"), outcome.comment)
  }

  @Test func `a list of runs that is damaged loses the damaged lines only`() throws {
    let skillet = try SkilletRun()
    #expect(try skillet(input: ":runs\n").output.hasPrefix("nothing was run yet"))
    write(skillet)
    #expect(try skillet("run", "tune.recipe").ending == .exited(0))
    let path = ".skillet/runs.jsonl"
    let bytes = try skillet.home.bytes(of: path)
    skillet.home.write(
      Array("{\"time\":1\n[]\n\n".utf8) + bytes + Array("{\"recipe\":5}\n".utf8), as: path)
    let shown = try skillet(input: ":runs\n")
    #expect(shown.ending == .exited(0) && shown.output.contains("tune.recipe"), shown.comment)
    #expect(
      try skillet(input: ":runs many\n").output
        == "no run has many in it; :runs lists the last ones\n")
    #expect(try skillet(input: ":runs 0\n").ending == .exited(64))
  }

  @Test func `runs are compared by a column, and the best one is saved`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.data + """
        let runs = for r in [2, 4] as "r{r}" {
          lora rank: r
          train steps: 2, lr: 1e-2
          eval
        }
        let sorted = compare runs, sort: perplexity, columns: [r, perplexity]
        assert sorted.perplexity[0] <= sorted.perplexity[1]
        let winner = best(runs, by: perplexity)
        show winner.name == sorted.name[0]
        save winner, to: "out/{winner.name}"

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(skillet.folder.files.contains { $0.hasPrefix("out/r") }, outcome.comment)
  }
}
