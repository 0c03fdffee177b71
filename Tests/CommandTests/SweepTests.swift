import Foundation
import Glibc
import TestSupport
import Testing

/// `skillet run --sweep name=a,b`.
@Suite struct SweepTests {
  private static let header = TinyRecipe.header + "param rank: int = 2 where rank in 1..8\n"

  /// The training of a small adapter whose rank and steps are parameters.
  private static let training =
    TinyRecipe.data.replacing(
      TinyRecipe.header, with: header + "param steps: int = 1\nparam note: string = \"\"\n")
    + "show note\nlora rank: rank\nlet fit = train steps: steps, lr: 1e-3\nlet after = eval\n"

  private func events(_ outcome: ChildProcess.Outcome) throws -> [[String: Any]] {
    try outcome.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  private func runs(_ outcome: ChildProcess.Outcome) throws -> [[String: Any]] {
    let event = try #require(
      try events(outcome).first { $0["event"] as? String == "sweep" }, outcome.comment)
    return try #require(event["runs"] as? [[String: Any]])
  }

  @Test
  func `several sweeps run all combinations, each under its heading, and end with a table`()
    throws
  {
    let outcome = try SkilletRun().recipe(
      Self.training, "--sweep", "rank=2,4", "--sweep", "steps=1..2", "--set", "note=mine")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let labels = ["rank=2,steps=1", "rank=2,steps=2", "rank=4,steps=1", "rank=4,steps=2"]
    for (index, label) in labels.enumerated() {
      #expect(outcome.output.contains("run \(index + 1) of 4: \(label)\n"), outcome.comment)
    }
    #expect(outcome.output.components(separatedBy: "\nmine\n").count == 5, outcome.comment)
    // what the runs say alike is said once
    let told = outcome.errors.components(separatedBy: "\n").filter {
      $0.hasPrefix("the token that ")
    }
    #expect(told.count == 1, outcome.comment)
    #expect(outcome.errors.contains("what several runs say alike is said in the first of them"))
    let table = try #require(outcome.output.components(separatedBy: "\nruns\n").last)
    for word in labels + ["perplexity", "loss"] { #expect(table.contains(word), outcome.comment) }
  }

  @Test func `a list is a value of a sweep, its words without quotes`() throws {
    let recipe =
      TinyRecipe.data.replacing(
        TinyRecipe.header,
        with: TinyRecipe.header + "param targets: [word] = [q_proj]\nparam layers: [int] = [0]\n")
      + "let made = lora rank: 1, targets: targets, layers: layers\nshow made.trainable\n"
    let outcome = try SkilletRun().recipe(
      recipe, "--sweep", "targets=[q_proj],[q_proj, v_proj]", "--set", "layers=[0, 2]")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains("run 2 of 2: targets=[q_proj, v_proj]\n"), outcome.comment)
  }

  @Test func `each run starts afresh, and its events carry its values`() throws {
    let outcome = try SkilletRun().recipe(
      Self.training, "--sweep", "note=a, \"b, c\"", "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let events = try events(outcome)
    let notes = events.dropLast(2).filter { $0["event"] as? String != "diagnostic" }.map {
      ($0["sweep"] as? [String: Any])?["note"] as? String
    }
    #expect(Set(notes) == ["a", "b, c"])
    #expect(events.suffix(2).map { $0["event"] as? String } == ["sweep", "done"])
    #expect(events.suffix(2).allSatisfy { $0["sweep"] == nil })
    let runs = try runs(outcome)
    #expect(runs.map { $0["note"] as? String } == ["a", "b, c"])
    #expect(runs[0]["loss"] as? Double == runs[1]["loss"] as? Double)
    #expect(runs[0]["perplexity"] as? Double ?? 0 > 1)
  }

  @Test(arguments: [
    ("rnk=2,4", "the recipe has no parameter rnk; did you mean `rank`?"),
    ("rank=2,many", "rank is int, and \"many\" is not"),
    ("rank=2,2", "rank has the value 2 twice"),
    ("rank=1,2,3 steps=2", "steps is given twice; keep one of the two"),
    ("rank=", "rank is int, and \"\" is not"),
    ("steps=1..1001", "these are more than 1000 runs; sweep over fewer values"),
  ])
  func `values that cannot be swept over are wrong usage`(
    _ sweeps: String, message: String
  ) throws {
    let settings = sweeps.split(separator: " ").flatMap { ["--sweep", String($0)] }
    let set = sweeps.contains(" ") ? ["--set", "steps=1"] : []
    let skillet = try SkilletRun()
    skillet.folder.write(Self.training, as: "test.recipe")
    let outcome = try skillet.run(["run", "test.recipe"] + settings + set)
    #expect(outcome.ending == .exited(64), outcome.comment)
    #expect(outcome.errors == "skillet: --sweep: \(message)\n")
    #expect(outcome.output.isEmpty)
  }

  @Test func `a value outside its limits stops the sweep before its first run`() throws {
    let outcome = try SkilletRun().recipe(Self.header + "show rank\n", "--sweep", "rank=2,9")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errorCount == 1)
    #expect(outcome.errors.contains("error[E0211]: rank = 9 is outside its limits"))
    #expect(outcome.errors.contains("note: in the run rank=9\n"), outcome.comment)
    #expect(outcome.output.isEmpty)
  }

  @Test func `a run that fails ends the sweep, and those before it are told`() throws {
    let outcome = try SkilletRun().recipe(
      Self.header + "assert (seed rank).seed < 3\n", "--sweep", "rank=1,2,3,4", "--json")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(try runs(outcome).map { $0["rank"] as? Int } == [1, 2])
    #expect(!outcome.output.contains("\"sweep\":{\"rank\":4}"), outcome.comment)
    #expect(outcome.output.contains("\"sweep\":{\"rank\":3}"), outcome.comment)
  }

  @Test func `Ctrl-C keeps the runs that ended and tells them`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write(Self.training, as: "long.recipe")
    let process = try skillet.start(
      ["run", "--json", "long.recipe", "--sweep", "steps=1,1000000,2"])
    #expect(process.waitForOutput("\"total\":1000000"))
    process.signal(SIGINT)
    let outcome = process.outcome()
    #expect(outcome.ending == .exited(130), outcome.comment)
    #expect(try runs(outcome).map { $0["steps"] as? Int } == [1])
    #expect(try events(outcome).last?["ok"] as? Bool == false)
  }

  @Test func `a budget for the recipe stops its trainings, and none begins after it`() throws {
    let skillet = try SkilletRun()
    let endless = "train steps: 1000000\nshow \"afterwards\"\n"
    let cut = try skillet.recipe(TinyRecipe.adapter + endless, "--budget", "1s")
    #expect(cut.ending == .exited(0), cut.comment)
    #expect(cut.errors.contains(": the budget is spent; the adapter of step "), cut.comment)
    #expect(cut.output.contains("\nafterwards\n"), cut.comment)
    let late = try skillet.recipe(TinyRecipe.adapter + endless + endless, "--budget", "1s")
    #expect(late.ending == .exited(1), late.comment)
    #expect(late.errors.contains("error[E0428]: the time for all trainings is spent"))
    let wrong = try skillet.recipe(TinyRecipe.header, "--budget", "10")
    #expect(wrong.ending == .exited(64), wrong.comment)
  }

  @Test func `a training stops when its own budget is spent`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + "train steps: 1000000, budget: 500ms\n", "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.output.contains(": the budget is spent; the adapter of step "), outcome.comment)
  }

  @Test func `a sweep is drawn over what is swept, and its best run named`() throws {
    let outcome = try SkilletRun().recipe(
      Self.training, "--sweep", "rank=2,4", "--sweep", "steps=1..2", "--set", "note=mine",
      "--chart", "seconds", "--best", "lowest", "--json")
    #expect(outcome.ending == .exited(0), outcome.comment)
    let figure = try #require(events(outcome).first { $0["event"] as? String == "figure" })
    #expect(figure["columns"] as? [String] == ["2", "4"])
    #expect((figure["title"] as? String)?.hasPrefix("lowest seconds: ") == true)
    let one = try SkilletRun().recipe(
      Self.training, "--sweep", "rank=2,4", "--set", "note=mine", "--chart", "nothing")
    #expect(one.ending == .exited(1), one.comment)
    #expect(one.errors.contains("--chart nothing: not every run has this number"), one.comment)
    // people see it below the table
    let shown = try SkilletRun().recipe(
      Self.training, "--sweep", "steps=1..3", "--set", "note=mine", "--chart", "loss", "--best",
      "lowest")
    let below = try #require(shown.output.components(separatedBy: "\nruns\n").last)
    #expect(below.contains("┤●"), shown.comment)
    #expect(below.contains("lowest loss: ") && below.contains("● lowest"), shown.comment)
  }
}
