import TestSupport
import Testing

/// Arguments of `train` and `eval`, through the command.
@Suite struct TrainingArgumentTests {
  private static let lora = "lora rank: 2, targets: [q_proj, v_proj]\n"

  @Test func `a training that ended early and is resumed saves the bytes of a whole one`()
    throws
  {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + """
        let first = train steps: 6, lr: 1e-2, budget: 0.000001s
        let rest = train resume: first, budget: 1h
        \(Self.lora)let whole = train steps: 6, lr: 1e-2
        assert first.steps == 1
        assert rest.steps == 5
        assert first.adapter_sha256 != whole.adapter_sha256
        assert rest.adapter_sha256 == whole.adapter_sha256

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      outcome.errors.contains(
        "training stopped at step 1 of 6: the budget is spent; the adapter of step 1 is kept as "
          + "first: `train resume: first` goes on"), outcome.comment)
  }

  @Test func `a training pauses where it is told to, and goes on with what is changed`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + """
        let a = train steps: 6, lr: 1e-2, until: 2, optimizer: lion
        let b = train resume: a, until: 4
        let c = train resume: b, lr: 1e-3
        let d = train resume: b
        \(Self.lora)let whole = train steps: 6, lr: 1e-2, optimizer: lion
        assert a.steps == 2 and b.steps == 2 and c.steps == 2
        assert d.adapter_sha256 == whole.adapter_sha256
        assert c.adapter_sha256 != whole.adapter_sha256

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      outcome.errors.contains(
        "training paused at step 2 of 6, as asked; the adapter of step 2 is kept as a: "
          + "`train resume: a` goes on"), outcome.comment)
  }

  @Test func `a training that has passed a step does not pause there`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + "let a = train steps: 6, until: 4\ntrain resume: a, until: 3\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(
      outcome.errors.contains("error[E0427]: the training has done 4 steps already"),
      outcome.comment)
  }

  @Test func `a training keeps its optimizer, whatever resumes it`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter
        + "let a = train steps: 6, until: 4, optimizer: sgd, momentum: 0.9\n"
        + "train resume: a, optimizer: adamw\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(
      outcome.errors.contains("error[E0429]: the training began with the optimizer sgd"),
      outcome.comment)
  }

  @Test(arguments: [
    ("momentum: 0.9", "`momentum` is for `optimizer: sgd`"),
    ("schedule: linear, power: 2", "`power` is for `schedule: polynomial`"),
    ("cycles: 3", "`cycles` is for `schedule: cosine_with_restarts`"),
    ("schedule: cosine, decay: 10%", "`decay` is for `schedule: wsd`"),
  ])
  func `an argument that means nothing beside the others is refused before anything runs`(
    arguments: String, message: String
  ) throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.adapter + "train steps: 2, \(arguments)\n")
    #expect(outcome.ending == .exited(65), outcome.comment)
    #expect(outcome.errors.contains("error[E0213]: \(message)"), outcome.comment)
  }

  @Test func `what a parameter chooses is looked at when it runs`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter
        + "for o in [sgd, lion] {\ntrain steps: 2, optimizer: o, momentum: 0.5\n}\n"
    )
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("`momentum` is for `optimizer: sgd`"), outcome.comment)
  }

  @Test func `twice as many steps are reached in two halves`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + """
        let half = train steps: 3, lr: 1e-2, schedule: constant, warmup: 0
        let both = train resume: half, steps: 6
        \(Self.lora)let whole = train steps: 6, lr: 1e-2, schedule: constant, warmup: 0
        assert both.adapter_sha256 == whole.adapter_sha256

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
  }

  @Test func `save_every writes the adapter on the way, and it is the run's own at the end`() throws
  {
    let skillet = try SkilletRun()
    let outcome = try skillet.recipe(
      TinyRecipe.adapter + """
        let run = train steps: 5, save_every: 2, to: "way"
        let saved = save "end"
        assert saved.sha256 == run.adapter_sha256

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    for step in [2, 4, 5] {
      #expect(outcome.errors.contains("the adapter of step \(step) is in way\n"), outcome.comment)
    }
    let weights = "adapter_model.safetensors"
    #expect(
      try skillet.folder.bytes(of: "way/" + weights) == skillet.folder.bytes(of: "end/" + weights))
    #expect(skillet.folder.has("way/adapter_config.json"))
  }

  @Test func `a folder that cannot be made is refused before the first step`() throws {
    let skillet = try SkilletRun()
    skillet.folder.write("x", as: "way")
    let outcome = try skillet.recipe(
      TinyRecipe.adapter + "train steps: 1000000, save_every: 2, to: \"way\"\n")
    #expect(outcome.ending == .exited(1), outcome.comment)
    #expect(outcome.errors.contains("a file has this name"), outcome.comment)
  }

  @Test func `keep best comes to the adapter whose loss it gives`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + """
        let run = train steps: 8, lr: 1.0, warmup: 0, eval_every: 1, keep: best
        let after = eval
        expect run.valid_loss ~= after.loss within 0.1%

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(outcome.errors.contains(" is kept: its validation loss, "), outcome.comment)
  }

  @Test func `patience ends a training that no longer gains`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + """
        let run = train steps: 100, lr: 0, eval_every: 1, patience: 2
        assert run.steps == 3

        """)
    #expect(outcome.ending == .exited(0), outcome.comment)
    #expect(
      outcome.errors.contains("at step 3 of 100: 2 evaluations gave no lower loss"), outcome.comment
    )
  }

  @Test(arguments: [
    ("train patience: 2", "`patience` needs `eval_every`"),
    ("train save_every: 2", "`save_every` needs `to`"),
    ("train keep: best", "`keep: best` needs `eval_every`"),
    ("train resume: {loss: 1}", "stands for no training that can be resumed"),
  ])
  func `an argument that lacks another one is refused before anything is trained`(
    _ line: String, message: String
  ) throws {
    let outcome = try SkilletRun().recipe(TinyRecipe.adapter + line + "\n")
    #expect(outcome.errors.contains(message), outcome.comment)
    #expect(outcome.errorCount == 1, outcome.comment)
  }

  @Test func `metrics choose the figures of an evaluation`() throws {
    let outcome = try SkilletRun().recipe(
      TinyRecipe.adapter + "eval metrics: [perplexity]\n", "--json")
    #expect(outcome.output.contains("\"perplexity\":"), outcome.comment)
    #expect(!outcome.output.contains("token_accuracy"))
  }
}
