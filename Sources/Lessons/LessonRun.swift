import Diagnostics
import Notebooks
import RecipeLanguage
import Sessions

/// A lesson under way, in a session of its own: the learner's cells run in it, and what does not solve a step is taken
/// back.
package final class LessonRun {
  package enum Reply: Equatable {
    /// The step is solved: what it showed, and what the guess was worth.
    case right(String, guess: String?)
    /// The command ran and is not what the step asks for; it was taken back, with those of its commands that were
    /// typed before it: so many in all.
    case wrong(String, commands: Int = 1)
    /// The command failed; its diagnostic was shown.
    case failed(isInterrupted: Bool)
    /// A guess was noted; the command is still to come.
    case guessed
    /// The command is one of several that the step asks for; so many are still to come.
    case partway(left: Int)
    /// A value was looked at, or a cell ran between `play` and `resume`.
    case aside
  }

  package let lesson: Lesson
  package let notebook: Notebook
  /// The step at hand, from 0; as many as there are steps when all are solved.
  package private(set) var index = 0
  /// Hints of the step at hand that were given.
  package private(set) var hintsGiven = 0
  /// The cells that there were when each step began, before its setup.
  private var starts: [Int] = []
  /// The cells that there were when the learner's turn came.
  private var readyCount = 0
  /// The steps' cells with the prose that stands before each.
  private var introductions: [Int: String] = [:]
  private var guess: Double?
  /// Commands of the step's task that were typed as cells of their own.
  private var typed = 0
  private var playStart: Int?
  private let folder: String

  /// - Parameter folder: where the files are that lessons read.
  package init(_ lesson: Lesson, folder: String, notebook: Notebook = Notebook()) {
    self.lesson = lesson
    self.folder = folder
    self.notebook = notebook
  }

  package var step: Lesson.Step? {
    lesson.steps.indices.contains(index) ? lesson.steps[index] : nil
  }
  package var isPlaying: Bool { playStart != nil }
  /// What is to be guessed before the command, with the numbers of the session.
  package var question: String? {
    step?.prediction.map { LessonOutcome(notebook).filled($0.question) }
  }
  /// Whether a guess is asked for and not made yet.
  package var awaitsGuess: Bool { step?.prediction != nil && guess == nil }

  // MARK: Steps

  /// Prepares the first step.
  package func begin() throws(RunFailure) {
    try silently { () throws(RunFailure) in
      try notebook.run("let lessons = \(NumberText.quoted(folder).escapingBraces)")
    }
    introductions[notebook.cells.count - 1] = "# \(lesson.title)"
    try prepare()
  }

  private func prepare() throws(RunFailure) {
    guess = nil
    typed = 0
    hintsGiven = 0
    playStart = nil
    guard let step else { return }
    starts.append(notebook.cells.count)
    let before = notebook.cells.count
    if !step.setup.isEmpty {
      try silently { () throws(RunFailure) in try notebook.run(step.setup.trimmed) }
    }
    introductions[before] = "## \(step.title)\n\n\(step.prose)"
    readyCount = notebook.cells.count
  }

  private func silently<Result>(
    _ body: () throws(RunFailure) -> Result
  ) throws(RunFailure) -> Result {
    let told = notebook.onEvent
    defer { notebook.onEvent = told }
    notebook.onEvent = { event in if case .diagnostic = event { told(event) } }
    return try body()
  }

  /// Takes what was typed. A number is a guess where one is asked for; everything else runs as a cell.
  package func answer(_ text: String) -> Reply {
    guard let step else { return .aside }
    if let number = guess(in: text) {
      guess = number
      return .guessed
    }
    let before = notebook.cells.count
    var outcome = LessonOutcome(notebook)
    do throws(RunFailure) {
      try run(text, noting: &outcome)
    } catch {
      return .failed(isInterrupted: error.kind == .interrupted)
    }
    if isPlaying { return .aside }
    if outcome.call == nil, !step.checks.allSatisfy({ outcome.holds($0.condition) }) {
      takeBack(to: before)
      return .aside
    }
    if let unmet = step.checks.first(where: { !outcome.holds($0.condition) }) {
      if typed + 1 < step.verbs.count, step.verbs[typed] == outcome.call?.verb.name {
        typed += 1
        return .partway(left: step.verbs.count - typed)
      }
      let reply = Reply.wrong(outcome.filled(unmet.reply), commands: typed + 1)
      restart()
      return reply
    }
    let reply = Reply.right(outcome.filled(step.right), guess: verdict(on: guess, step, outcome))
    index += 1
    return reply
  }

  /// Prepares the step that follows a solved one.
  package func proceed() throws(RunFailure) { try prepare() }

  private func run(_ text: String, noting outcome: inout LessonOutcome) throws(RunFailure) {
    var call: VerbCall?
    var value = Value.none
    let (told, heard) = (notebook.onEvent, notebook.session.onCall)
    defer { (notebook.onEvent, notebook.session.onCall) = (told, heard) }
    notebook.session.onCall = { call = $0 }
    notebook.onEvent = { event in
      if case .value(let given) = event, given.verb != ValueEvent.loopRow { value = given.value }
      told(event)
    }
    try notebook.run(text)
    (outcome.call, outcome.value) = (call, value)
  }

  /// The number that is guessed before a command; once there is a guess, only a number without names replaces it, so
  /// that values of the session can be looked at.
  private func guess(in text: String) -> Double? {
    guard step?.prediction != nil, !isPlaying else { return nil }
    let plain = text.filter { $0 != "," }.trimmed
    if guess != nil, Double(plain) == nil, plain.contains(where: \.isLetter) { return nil }
    guard let expression = try? LessonExpression(plain) else { return nil }
    return LessonOutcome(notebook).value(of: expression)?.magnitude
  }

  private func verdict(
    on guess: Double?, _ step: Lesson.Step, _ outcome: LessonOutcome
  ) -> String? {
    guard let prediction = step.prediction,
      let answer = outcome.value(of: prediction.answer)?.magnitude
    else { return nil }
    // a formula teaches something; the name of a field does not
    let formula = prediction.answer.text.contains(" ") ? ", that is \(prediction.answer.text)" : ""
    let truth = Self.text(answer) + formula
    guard let guess else { return "it is \(truth)" }
    if Self.text(guess) == Self.text(answer) { return "you guessed right: it is \(truth)" }
    // as it was typed
    let said = Int(exactly: guess).map(NumberText.grouped) ?? "\(guess)"
    let isNear = abs(guess - answer) <= 0.02 * abs(answer)
    return "you guessed \(said)" + (isNear ? ", near enough: it is " : "; it is ") + truth
  }

  /// Whole numbers as they are, others rounded.
  private static func text(_ number: Double) -> String {
    Int(exactly: number).map(NumberText.grouped) ?? NumberText.significant(number)
  }

  /// Takes back all that was typed for the step at hand.
  package func restart() {
    typed = 0
    playStart = nil
    takeBack(to: readyCount)
  }

  private func takeBack(to count: Int) {
    while notebook.cells.count > count, notebook.undo() != nil {}
  }

  // MARK: What a learner may ask for

  /// The next hint; the last of all is the answer.
  package func hint() -> String? {
    guard let step else { return nil }
    defer { hintsGiven = min(hintsGiven + 1, step.hints.count + 1) }
    return hintsGiven < step.hints.count ? step.hints[hintsGiven] : step.task
  }

  /// Begins the step before this one again; false at the first one.
  package func back() throws(RunFailure) -> Bool {
    guard index > 0 else { return false }
    let target = index - 1
    takeBack(to: starts[target])
    starts.removeSubrange(target...)
    index = target
    try prepare()
    return true
  }

  /// Lets cells run that are no answers, until `resume` takes them back.
  package func play() { if playStart == nil { playStart = notebook.cells.count } }

  /// Takes back what ran since `play`; false if nothing did.
  package func resume() -> Bool {
    guard let start = playStart else { return false }
    takeBack(to: start)
    playStart = nil
    return true
  }

  /// Solves steps without showing them, up to one to go on at.
  package func replay(to target: Int) throws(RunFailure) {
    while index < target, let step {
      let reply = try silently { () throws(RunFailure) in answer(step.task) }
      guard case .right = reply else {
        throw RunFailure(kind: .failed, diagnostic: nil)
      }
      try prepare()
    }
  }

  /// The learner's cells, each step's behind its prose.
  package var cells: [Cell] {
    notebook.cells.enumerated().map { place, cell in
      introductions[place].map { cell.introduced(by: $0) } ?? cell
    }
  }
}

extension String {
  /// A literal in which braces are text.
  var escapingBraces: String {
    reduce(into: "") { $0 += $1 == "{" ? "{{" : $1 == "}" ? "}}" : String($1) }
  }
}
