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
    let digits = "{\"id\":\"12345678\",\"recipe\":\"digits\",\"ended\":\"good\"}\n"
    let kept = try skillet.home.bytes(of: ".skillet/runs.jsonl")
    skillet.home.write(String(decoding: kept, as: UTF8.self) + digits, as: ".skillet/runs.jsonl")
    #expect(try skillet("runs", "1234567", "--json").output.contains("\"digits\""))
    #expect(try skillet("runs", "zzzz").ending == .exited(64))
    #expect(try skillet(input: ":runs rank=4\n").output.contains(id))
  }

  @Test func `trainings in a loop are remembered with its values, those of a cell that fails too`()
    throws
  {
    let skillet = try SkilletRun()
    let loop = "for rank in [2, 3] {\n  lora rank: rank\n  train steps: 2, lr: 1e-2\n"
    let good = try skillet(input: TinyRecipe.data + loop + "}\n:history\n:runs\n")
    #expect(good.ending == .exited(0), good.comment)
    #expect(good.output.contains("rank=2") && good.output.contains("rank=3"), good.comment)
    #expect(good.output.contains(/\}|for rank.*# run [0-9a-f]{8}  # run [0-9a-f]{8}/), good.comment)
    let bad = try skillet(input: TinyRecipe.data + loop + "  assert rank < 3\n}\n")
    #expect(bad.ending == .exited(1), bad.comment)
    let listed = try skillet("runs", "--with", "rank=2", "--json")
    #expect(listed.output.split(separator: "\n").count == 2, listed.comment)
    let taken = try skillet(input: TinyRecipe.data + "load run: 3\n:save mine\n")
    #expect(taken.ending == .exited(0), taken.comment)
    #expect(taken.errors.contains("replays for you alone"), taken.comment)
  }

  @Test func `a run of before is shown and taken up again, saved or not`() throws {
    let skillet = try SkilletRun()
    let question = "generate \"one\", max_tokens: 8\n"
    let first = try skillet(
      input: TinyRecipe.data + "quantize nf4, block: 32\nlora rank: 2\ntrain steps: 9, lr: 1e-2\n"
        + question + ":history\n")
    #expect(first.ending == .exited(0), first.comment)
    let run = try #require(
      try JSONSerialization.jsonObject(
        with: Data(try skillet("runs", "1", "--json").output.utf8)) as? [String: Any])
    let id = try #require(run["id"] as? String)
    #expect(first.output.contains("train steps: 9, lr: 1e-2  # run \(id)"), first.comment)
    #expect(run["number"] as? Int == 1)
    let shown = try skillet(input: "show run: 1\n")
    #expect(shown.output.contains(id) && shown.output.contains("steps"), shown.comment)
    #expect(shown.output.contains(/time +20\d\d-\d\d-\d\d \d\d:\d\d/), shown.comment)
    // the same model in the same bits with the same adapter gives the same reply
    let replies = try ["quantize nf4, block: 32\n", ""].map { quantize in
      try skillet(
        input: quantize.isEmpty
          ? "load run: 1\n:mode jsonl\n" + question + ":mode box\n:save again.recipe\n"
          : TinyRecipe.data + quantize + "lora rank: 2\ntrain steps: 9, lr: 1e-2;\n:mode jsonl\n"
            + question)
    }
    func text(_ outcome: ChildProcess.Outcome) -> String? {
      outcome.output.components(separatedBy: "\"text\":\"").last?.components(separatedBy: "\",")
        .first
    }
    #expect(text(replies[0]) == text(replies[1]) && text(replies[0]) != nil, replies[1].comment)
    // a number counts this user's runs; what is saved names the run for good
    #expect(skillet.folder.text("again.recipe").contains("load run: \"\(id)\""))
    #expect(try skillet("run", "again.recipe").ending == .exited(0))
  }

  @Test func `a run that cannot be taken up says why`() throws {
    let skillet = try SkilletRun()
    let none = try skillet(input: "load run: 3\n")
    #expect(none.errors.contains("error[E0444]: there is no run 3"), none.comment)
    #expect(try skillet.recipe(TinyRecipe.data + "eval on: valid\n").ending == .exited(0))
    let bare = try skillet(input: "load run: 1\n")
    #expect(bare.errors.contains("trained no adapter"), bare.comment)
    #expect(
      bare.errors.contains("load its model alone: load \"\(TinyRecipe.model)\""), bare.comment)
    let both = try skillet(input: "load \"smollm2\", run: 1\n")
    #expect(both.errors.contains("error[E0212]"), both.comment)
    #expect(try skillet(input: "load\n").errors.contains("error[E0206]"))
  }

  @Test func `the adapter of any run of a loop is used, and talked to`() throws {
    let skillet = try SkilletRun()
    let outcome = try skillet(
      input: TinyRecipe.data
        + "let runs = for r in [2, 4] as \"r{r}\" {\n  lora rank: r, name: \"n{r}\"\n"
        + "  train steps: 2, lr: 1e-2\n  eval\n}\nuse runs[1]\nlet wide = inspect adapter\n"
        + "use best(runs, by: r)\nshow wide.rank\n:vars\nuse {r: 2}\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("error[E0417]"), outcome.comment)
    #expect(outcome.output.contains("adapter \"n4\": 2 steps"), outcome.comment)
    #expect(outcome.output.contains("adapter \"n2\": 2 steps, in use"), outcome.comment)
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
    #expect(outcome.output.contains("steps=3, lr=0.001"), outcome.comment)
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
