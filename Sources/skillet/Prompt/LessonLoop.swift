import Diagnostics
import Files
import Glibc
import Lessons
import Notebooks
import Reports
import Sessions
import Terminals

/// `:lesson`: a lesson at the prompt, in a session of its own; the learner's session is as it was afterwards.
final class LessonLoop {
  private let run: LessonRun
  private let prompt: PromptLoop
  private let screen: Screen
  private var progress = LessonProgress.own

  private enum Command: String, CaseIterable {
    case hint, skip, back, again, play, resume, quit

    var summary: String {
      switch self {
      case .hint: "a hint; the last one is the answer"
      case .skip: "type the answer for me and go on"
      case .back: "begin the step before this one again"
      case .again: "show the step again"
      case .play: "try other things, which are no answers"
      case .resume: "take back what I tried, and go on with the step"
      case .quit: "leave the lesson; it goes on at this step next time"
      }
    }
  }

  /// Commands of the prompt that would change the lesson's cells behind its back, with what to do instead.
  private static let refused: [SessionCommand: String] = [
    .undo: "a wrong answer is taken back by itself; :back begins the step before again",
    .rerun: "type the command again", .run: ":play lets you try the commands of a recipe",
    .recover: "trainings of your own go on in your own session",
  ]

  /// What follows a line of the learner's.
  private enum Course {
    case onward, leave
    case another(Lesson)
  }

  /// - Parameter screen: without its pager here, which would take what the learner types next.
  init(_ run: LessonRun, screen: Screen, settings: OutputSettings) {
    self.run = run
    self.screen = screen.unpaged
    prompt = PromptLoop(
      screen: screen.unpaged, settings: settings, isJSON: false, notebook: run.notebook)
  }

  private var output: TextOutput { screen.streams.output }

  /// Goes through the lesson until its end or the learner's.
  ///
  /// - Parameter read: reads what is typed behind a prompt.
  /// - Returns: the lesson that the learner leaves it for; nil for none.
  func begin(read: (String) -> Reading) -> Lesson? {
    do throws(RunFailure) {
      let lesson = run.lesson
      output.writeLine(screen.style(.heading, lesson.title) + "  about \(lesson.minutes) minutes")
      show(lesson.introduction)
      notice("type what a step asks for; :hint helps, :quit leaves, :help lists all")
      try run.begin()
      try goOn()
      showStep()
      return try loop(read)
    } catch {
      if error.kind != .interrupted {
        notice("the lesson cannot go on: what it needs does not run here", .error)
      }
      return nil
    }
  }

  /// Plays the steps again that were done in an earlier session.
  private func goOn() throws(RunFailure) {
    let done = progress.stepsDone(of: run.lesson)
    guard done > 0, done < run.lesson.steps.count else { return }
    notice(done == 1 ? "step 1 is done already" : "steps 1 to \(done) are done already")
    try run.replay(to: done)
  }

  private func loop(_ read: (String) -> Reading) throws(RunFailure) -> Lesson? {
    while run.step != nil {
      let name = run.isPlaying ? "play" : "lesson"
      switch read("\(name)[\(run.notebook.nextCell)]> ") {
      case .endOfFile: return nil
      case .interrupted:
        if Interruption.endingSignal != nil || StandardOutput.isLost { return nil }
      case .line(let text):
        let text = CommandWords.trimmed(text)
        guard !text.isEmpty else { continue }
        switch try Interruption.job({ () throws(RunFailure) in try perform(text) }) {
        case .onward: break
        case .leave: return nil
        case .another(let lesson): return lesson
        }
      }
    }
    finish()
    return nil
  }

  private func perform(_ text: String) throws(RunFailure) -> Course {
    let word = text.hasPrefix(":") ? String(text.dropFirst()) : text
    if let command = Command(rawValue: word) { return try perform(command) }
    if word == "help", text.hasPrefix(":") {
      for command in Command.allCases {
        let name = DisplayWidth.padded(":" + command.rawValue, to: 9)
        output.writeLine("  " + screen.style(.name, name) + command.summary)
      }
      notice("?lora explains a command, ??lora the mathematics behind it")
      notice(":lesson and a name or number goes over to another lesson")
      return .onward
    }
    if let command = SessionCommand.meant(by: text), let instead = Self.refused[command] {
      notice(":\(command.rawValue) is not for lessons: \(instead)", .error)
      return .onward
    }
    if CellText.sessionCommand(in: text) != nil || CellText.helpRequest(in: text) != nil {
      return course(after: prompt.perform(text))
    }
    try take(text, status: .done)
    return .onward
  }

  /// What a command of the prompt comes to in a lesson.
  private func course(after outcome: PromptLoop.Outcome) -> Course {
    switch outcome {
    case .done, .failed: return .onward
    case .quit: return .leave
    case .edit, .chat:
      notice("that is not for lessons; :quit leaves this one", .error)
      return .onward
    case .lesson(let word):
      do throws(LessonList.Refusal) {
        return .another(try LessonList.lessonToTake(word, progress: progress))
      } catch {
        notice(error.message, .error)
        return .onward
      }
    }
  }

  private func perform(_ command: Command) throws(RunFailure) -> Course {
    switch command {
    case .quit: return .leave
    case .again: showStep()
    case .hint: if let hint = run.hint() { show("Hint: " + hint) }
    case .skip:
      guard let step = run.step else { return .onward }
      _ = run.resume()
      output.writeLine(screen.style(.prompt, "lesson[\(run.notebook.nextCell)]> ") + step.task)
      try take(step.task, status: .skipped)
    case .back:
      if try run.back() { showStep() } else { notice("this is the first step") }
    case .play:
      run.play()
      notice("what you try now is no answer; :resume takes it back and goes on")
    case .resume:
      notice(run.resume() ? "taken back; here the step goes on" : "nothing was tried")
      showStep()
    }
    return .onward
  }

  private func take(_ text: String, status: LessonProgress.Status) throws(RunFailure) {
    let number = run.index + 1
    switch run.answer(text) {
    case .guessed: notice("noted; now the command")
    case .aside: break
    case .partway(let left):
      notice("that ran; the step has \(left == 1 ? "one more command" : "\(left) more commands")")
    case .failed(let isInterrupted):
      notice(isInterrupted ? "stopped" : "that did not run; nothing has changed. :hint helps")
    case .wrong(let reply, let commands):
      show(reply)
      notice(
        commands == 1
          ? "taken back; try again, or :hint"
          : "the step's \(commands) commands are taken back; begin with the first, or :hint")
    case .right(let text, let guess):
      if let guess { show(guess.prefix(1).uppercased() + guess.dropFirst() + ".") }
      output.writeLine()
      show("✓ " + text)
      note(number, status)
      try run.proceed()
      if run.step != nil { showStep() }
    }
  }

  private func note(_ number: Int, _ status: LessonProgress.Status) {
    do throws(FileError) {
      try progress.note(
        run.lesson.name, step: number, status, hints: run.hintsGiven, day: Day.today)
    } catch {
      notice("progress is not kept: \(error.file): \(error.cause)", .error)
    }
  }

  private func finish() {
    output.writeLine()
    output.writeLine(screen.style(.good, "The lesson is done: \(run.lesson.title)"))
    do throws(FileError) {
      let paths = try run.writeRecord(to: try LessonLibrary.placeFiles())
      notice("your run as a recipe: skillet run \(paths.recipe)")
      notice("and as a notebook: \(paths.notebook)")
    } catch {
      notice("your run is not written: \(error.file): \(error.cause); \(error.fix)", .error)
    }
    notice("your own session is as it was; :lessons lists what comes next")
  }

  // MARK: Showing

  private func showStep() {
    guard let step = run.step else { return }
    output.writeLine()
    output.writeLine(
      screen.style(.heading, "\(run.index + 1)/\(run.lesson.steps.count)  \(step.title)"))
    show(step.prose)
    if let question = run.question {
      show(question + " Type a guess, a number, before the command.")
    }
  }

  private func show(_ text: String) {
    for paragraph in ProseParagraphs.of(text) {
      for line in WrappedText.lines(paragraph.text, columns: min(90, screen.columns)) {
        output.writeLine(screen.style(paragraph.isHeading ? .heading : .note, line))
      }
    }
  }

  private func notice(_ text: String, _ role: TextStyle.Role = .dim) { screen.notice(text, role) }
}

/// Today's date, as progress is noted.
enum Day {
  static var today: String {
    var seconds = time(nil)
    var parts = tm()
    guard localtime_r(&seconds, &parts) != nil else { return "" }
    let month = parts.tm_mon + 1
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
    return "\(parts.tm_year + 1900)-\(two(month))-\(two(parts.tm_mday))"
  }
}
