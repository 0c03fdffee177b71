import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions

/// Proves a lesson: no step is solved by doing nothing or by an answer that it lists as wrong, each is solved by its
/// task, each prediction has a number, and the whole replays.
package struct LessonProof {
  private let lesson: Lesson
  private let folder: String
  /// Called before each step, with its number from 1.
  private let onStep: (Int) -> Void

  package struct Result {
    /// What does not hold, a sentence each.
    package let faults: [String]
    package let seconds: Double
  }

  package init(_ lesson: Lesson, folder: String, onStep: @escaping (Int) -> Void = { _ in }) {
    self.lesson = lesson
    self.folder = folder
    self.onStep = onStep
  }

  package func run() -> Result {
    let start = ContinuousClock.now
    var faults = findings()
    let seconds = (ContinuousClock.now - start).seconds
    if seconds > Double(lesson.minutes * 60) {
      faults.append("it takes \(NumberText.duration(seconds)), and says \(lesson.minutes) minutes")
    }
    return Result(faults: faults.map { "\(lesson.name): \($0)" }, seconds: seconds)
  }

  private func findings() -> [String] {
    let run = LessonRun(lesson, folder: folder)
    var messages: [String] = []
    run.notebook.onEvent = { event in
      if case .diagnostic(let diagnostic) = event { messages.append(diagnostic.message) }
    }
    do throws(RunFailure) {
      try run.begin()
      while run.step != nil {
        onStep(run.index + 1)
        let faults = faults(ofStepOf: run, messages: { messages.last ?? "" })
        if !faults.isEmpty { return faults }
        try run.proceed()
      }
    } catch {
      return ["step \(run.index + 1): its setup fails: \(messages.last ?? "\(error.kind)")"]
    }
    return run.recordFault.map { ["the run cannot be written as a recipe: \($0)"] } ?? []
  }

  private func faults(ofStepOf run: LessonRun, messages: () -> String) -> [String] {
    guard let step = run.step else { return [] }
    let place = "step \(run.index + 1)"
    var faults: [String] = []
    let idle = LessonOutcome(run.notebook)
    if step.checks.allSatisfy({ idle.holds($0.condition) }) {
      faults.append("\(place) is solved before anything is typed")
    }
    for answer in step.wrong {
      if case .right = run.answer(answer) {
        return faults + ["\(place) takes `\(answer)`, which it lists as wrong"]
      }
      run.restart()
    }
    let awaited = run.awaitsGuess
    switch run.answer(step.task) {
    case .right(let told, let guess):
      if told.contains("{") { faults.append("\(place) has no value for what it tells: \(told)") }
      if awaited, guess == nil { faults.append("\(place): the prediction's answer is no number") }
    case .wrong(let reply, _): faults.append("\(place) refuses its own task: \(reply)")
    case .failed: faults.append("\(place): its task fails: \(messages())")
    case .guessed, .aside, .partway: faults.append("\(place): its task is no command")
    }
    return faults
  }
}

extension LessonRun {
  /// Why the learner's run is no recipe; nil where it is one.
  fileprivate var recordFault: String? {
    do throws(RecipeWriter.Refusal) {
      _ = try RecipeWriter.recipe(of: cells, among: cells, title: lesson.title)
      return nil
    } catch {
      return error.message
    }
  }
}
