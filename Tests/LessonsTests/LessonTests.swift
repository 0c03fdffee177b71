import Diagnostics
import Files
import Lessons
import Notebooks
import Sessions
import TestSupport
import Testing

/// Lessons as authors write them and learners take them.
@Suite struct LessonTests {
  private static let text = """
    # Rank
    minutes: 1 · needs: tiny · teaches: lora

    An adapter has a rank.

    ## One matrix

    Add one.

    ```skillet setup
    load "{lessons}/tiny-llama/q8_0.gguf"
    ```
    ```predict
    How many numbers?
    = 3 * 2 * (64 + 64)
    ```
    ```skillet task
    lora rank: 2, targets: [q_proj]
    ```
    ```check
    verb == "lora" else "this step uses \\"lora\\""
    arguments.rank == 2 else "rank {arguments.rank} works, but this step counts rank 2"
    adapter.targets == [q_proj] else "name the module: targets: [q_proj]"
    ```
    ```skillet wrong
    lora rank: 3, targets: [q_proj]
    ```
    ```skillet wrong
    lora rank: 2
    ```
    > hint: which argument is the width?
    > hint: lora rank: 2, …
    > right: {value.trainable} numbers in {adapter.targets}

    ## Two commands

    Two, one after the other.

    ```skillet task
    use base
    let after = lora rank: 4
    ```
    ```check
    after.rank == 4 else "then a new one: let after = lora rank: 4"
    ```
    ```skillet wrong
    use base
    ```
    > hint: use
    > hint: use base, then lora
    > right: done

    """

  private static func lesson(_ text: String = text) throws -> Lesson {
    let folder = TemporaryFolder()
    folder.write(text, as: "03-rank.md")
    return try LessonLibrary.lesson(path: folder.path + "/03-rank.md")
  }

  private static func run(_ text: String = text) throws -> LessonRun {
    let run = LessonRun(try lesson(text), folder: References.tests + "/References")
    try run.begin()
    return run
  }

  @Test func `a lesson is read from Markdown`() throws {
    let lesson = try Self.lesson()
    #expect(lesson.name == "rank" && lesson.title == "Rank" && lesson.minutes == 1)
    #expect(lesson.needs == ["tiny"] && lesson.teaches == ["lora"])
    #expect(lesson.introduction == "An adapter has a rank.")
    #expect(lesson.steps.map(\.title) == ["One matrix", "Two commands"])
    #expect(lesson.steps[0].prediction?.question == "How many numbers?")
    #expect(lesson.steps[0].wrong.count == 2 && lesson.steps[0].hints.count == 2)
  }

  @Test(arguments: [
    ("minutes: 1", "minutes: none", "minutes are a whole number"),
    ("```predict", "```guess", "a fence is for `guess`"),
    ("arguments.rank == 2", "arguments.rank ==", "is no expression"),
    ("= 3 * 2 * (64 + 64)", "768", "a prediction ends in its answer"),
    ("> right: done", "", "lacks a word for the right answer"),
    ("> hint: which", "> hunt: which", "neither hint nor right"),
    ("lora rank: 2, targets: [q_proj]\n```", "lora rank 2 2\n```", "03-rank.md"),
  ])
  func `what is wrong with a lesson's text is named with its line`(
    old: String, new: String, reason: String
  ) throws {
    let text = Self.text.replacing(old, with: new)
    let error = #expect(throws: LessonError.self) { try Self.lesson(text) }
    #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    #expect((error?.line ?? 0) > 1)
  }

  @Test func `an answer is checked by its arguments and by what the session has then`() throws {
    let run = try Self.run()
    #expect(
      run.answer("lora rank: 3, targets: [q_proj]")
        == .wrong("rank 3 works, but this step counts rank 2"))
    #expect(
      run.answer("lora rank: 2, targets: [v_proj]")
        == .wrong("name the module: targets: [q_proj]"))
    #expect(run.answer("inspect model") == .wrong("this step uses \"lora\""))
    // the order of arguments and blanks mean nothing
    let reply = run.answer("lora   targets: q_proj,rank:2")
    let truth = "it is 768, that is 3 * 2 * (64 + 64)"
    #expect(reply == .right("768 numbers in [q_proj]", guess: truth))
    #expect(run.index == 1)
  }

  @Test func `a wrong answer is taken back, and so are names that it bound`() throws {
    let run = try Self.run()
    let cells = run.notebook.cells.count
    _ = run.answer("let mine = lora rank: 3")
    #expect(run.notebook.cells.count == cells && run.notebook.names == ["lessons"])
    #expect(run.notebook.session.state.adapter == nil)
    #expect(run.answer("lora rank: 9999") == .failed(isInterrupted: false))
    #expect(run.notebook.cells.count == cells)
  }

  @Test func `a guess is compared with the number that was computed`() throws {
    let run = try Self.run()
    #expect(run.awaitsGuess && run.answer("1,000") == .guessed && !run.awaitsGuess)
    guard case .right(_, let guess) = run.answer("lora rank: 2, targets: [q_proj]") else {
      Issue.record("the task does not solve its step")
      return
    }
    #expect(guess == "you guessed 1,000; it is 768, that is 3 * 2 * (64 + 64)")
  }

  @Test(arguments: [
    ("768", "you guessed right: it is 768, that is 3 * 2 * (64 + 64)"),
    ("770", "you guessed 770, near enough: it is 768, that is 3 * 2 * (64 + 64)"),
    ("3 * 256", "you guessed right: it is 768, that is 3 * 2 * (64 + 64)"),
  ])
  func `a second number is the new guess, and a near one is said to be near`(
    second: String, verdict: String
  ) throws {
    let run = try Self.run()
    #expect(run.answer("5") == .guessed && run.answer(second) == .guessed)
    // a value of the session is looked at
    #expect(run.answer("lessons") == .aside)
    guard case .right(_, let guess) = run.answer("lora rank: 2, targets: [q_proj]") else {
      Issue.record("the task does not solve its step")
      return
    }
    #expect(guess == verdict)
  }

  @Test func `commands of a task may be typed one by one`() throws {
    let run = try Self.run()
    try run.replay(to: 1)
    #expect(run.answer("use base") == .partway(left: 1))
    #expect(
      run.answer("let after = lora rank: 5")
        == .wrong("then a new one: let after = lora rank: 4", commands: 2))
    // all of the step is taken back
    #expect(run.answer("use base") == .partway(left: 1))
    #expect(run.answer("let after = lora rank: 4") == .right("done", guess: nil))
    #expect(run.step == nil)
  }

  @Test func `hints go from a direction to the answer`() throws {
    let run = try Self.run()
    let hints = (0..<4).map { _ in run.hint() }
    #expect(
      hints == [
        "which argument is the width?", "lora rank: 2, …",
        "lora rank: 2, targets: [q_proj]", "lora rank: 2, targets: [q_proj]",
      ])
  }

  @Test func `what is tried between play and resume is no answer and leaves nothing`() throws {
    let run = try Self.run()
    run.play()
    #expect(run.answer("lora rank: 2, targets: [q_proj]") == .aside)
    #expect(run.index == 0 && run.resume() && !run.resume())
    #expect(run.notebook.session.state.adapter == nil)
  }

  @Test func `back begins the step before again`() throws {
    let run = try Self.run()
    #expect(try !run.back())
    try run.replay(to: 1)
    #expect(run.notebook.session.state.adapter != nil)
    #expect(try run.back() && run.index == 0)
    #expect(run.notebook.session.state.adapter == nil)
    try run.replay(to: 2)
    #expect(run.step == nil)
  }

  @Test func `the learner's run is a recipe that replays, and a notebook`() throws {
    let run = try Self.run()
    try run.replay(to: 2)
    let folder = TemporaryFolder()
    let paths = try run.writeRecord(to: folder.path)
    let recipe = try RecipeText(path: paths.recipe)
    #expect(!recipe.mistakes().containsError)
    let notebook = try JSONValue(parsing: MappedFile.contents(of: paths.notebook))
    let kinds = notebook["cells"]?.array?.compactMap { $0["cell_type"]?.string } ?? []
    #expect(kinds.contains("markdown") && kinds.contains("code"))
  }

  @Test func `progress is a readable file, and what is no line of it is passed over`() throws {
    let folder = TemporaryFolder()
    let path = folder.path + "/lessons.txt"
    let lesson = try Self.lesson()
    var progress = LessonProgress(path: path)
    #expect(progress.stepsDone(of: lesson) == 0)
    try progress.note("rank", step: 1, .done, hints: 2, day: "2026-11-26")
    #expect(LessonProgress(path: path).stepsDone(of: lesson) == 1)
    try progress.note("rank", step: 2, .skipped, hints: 3, day: "2026-11-26")
    let written = String(decoding: try folder.bytes(of: "lessons.txt"), as: UTF8.self)
    folder.write(written + "rank seven done\nother 1 done\n\u{1B}[2J\n", as: "lessons.txt")
    let again = LessonProgress(path: path)
    #expect(again.isBehind(lesson) && !again.isWhole(lesson))
    #expect(written.contains("rank 1 done hints 2 2026-11-26"))
  }

  @Test func `a proof finds tasks that do not pass, and wrong answers that do`() throws {
    let folder = References.tests + "/References"
    #expect(LessonProof(try Self.lesson(), folder: folder).run().faults.isEmpty)
    for (old, new, fault) in [
      ("= 3 * 2 * (64 + 64)", "= nothing.there", "prediction"),
      ("lora rank: 3, targets: [q_proj]", "lora targets: [q_proj], rank: 2", "lists as wrong"),
      ("arguments.rank == 2 else", "arguments.rank == 7 else", "refuses its own task"),
      ("after.rank == 4 else", "adapter.rank == 2 else", "before anything is typed"),
      ("{value.trainable} numbers", "{value.trained} numbers", "has no value for what it tells"),
      ("tiny-llama/q8_0.gguf", "tiny-llama/missing.gguf", "setup fails"),
    ] {
      let faults = LessonProof(try Self.lesson(Self.text.replacing(old, with: new)), folder: folder)
        .run().faults
      #expect(faults.contains { $0.contains(fault) }, "\(fault): \(faults)")
    }
  }
}
