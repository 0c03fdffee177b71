import Diagnostics
import Files
import Glibc
import Lessons
import Notebooks
import Sessions
import Terminals

/// Cells that come from elsewhere than an editor: a pipe, a plain terminal, the start-up file.
extension PromptLoop {
  /// Without a person there is no prompt, and the first error ends it.
  func runPlain(_ reader: PlainLineReader, isPerson: Bool = false) -> ExitStatus {
    let clock = ContinuousClock()
    let start = clock.now
    notebook.session.endsWhenInterrupted = !isPerson
    var status = readPlain(reader, isPerson: isPerson)
    if status == .good { status = ending }
    if status == .interrupted { printer.rescueAdapter(of: notebook.session) }
    printer.finish(status, seconds: (clock.now - start).seconds)
    return status
  }

  private func readPlain(_ reader: PlainLineReader, isPerson: Bool) -> ExitStatus {
    reader.completeness = { CellText.state(of: $0) }
    while true {
      switch reader.readLine(prompt: prompt) {
      case .interrupted: return .interrupted
      case .endOfFile: return .good
      case .line(let text):
        if text.allSatisfy(\.isWhitespace) { continue }
        let outcome = Interruption.job { perform(text) }
        switch outcome {
        case .quit: return .good
        case .failed where !isPerson: return lastStatus
        case .chat:
          screen.notice(":chat needs a terminal", .error)
          if !isPerson { return .wrongUsage }
        case .lesson(let word):
          let isGood = lesson(word) { prompt in
            if isPerson { screen.streams.output.write(prompt) }
            return reader.readLine()
          }
          if !isGood, !isPerson { return .wrongUsage }
        case .done, .edit, .failed: break
        }
        // A training that was stopped is no failure, but nobody is there to say how to go on.
        if !isPerson || Interruption.endingSignal != nil, Interruption.isRequested {
          return .interrupted
        }
      }
    }
  }

  /// Goes through a lesson; false where there is none to go through.
  @discardableResult
  func lesson(
    _ word: String, onStart: (Notebook) -> Void = { _ in }, read: (String) -> Reading
  ) -> Bool {
    if isJSON {
      screen.notice("a lesson is for people: start skillet without --json", .error)
      return false
    }
    do throws(LessonList.Refusal) {
      var next: Lesson? = try LessonList.lessonToTake(word, progress: .own)
      let folder = try Self.lessonFolder()
      while let lesson = next {
        let run = LessonRun(lesson, folder: folder)
        onStart(run.notebook)
        next = LessonLoop(run, screen: screen, settings: settings).begin(read: read)
      }
      return true
    } catch {
      screen.notice(error.message, .error)
      return false
    }
  }

  private static func lessonFolder() throws(LessonList.Refusal) -> String {
    do throws(FileError) {
      return try LessonLibrary.placeFiles()
    } catch {
      throw LessonList.Refusal(message: "\(error.file): \(error.cause); \(error.fix)")
    }
  }

  /// Runs the start-up file if there is one; false if it ends the session.
  func runStartUp(_ path: String) -> Bool {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return true }
    defer { close(file) }
    let reader = PlainLineReader(descriptor: file)
    reader.completeness = { CellText.state(of: $0) }
    while case .line(let text) = reader.readLine() {
      switch Interruption.job({ perform(text) }) {
      case .done: break
      case .quit: return false
      case .failed, .edit, .chat, .lesson:
        screen.notice("\(path):\(reader.firstLine): the rest is not run; --no-init goes without")
        return true
      }
    }
    return true
  }
}
