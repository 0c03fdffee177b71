import ArgumentParser
import Diagnostics
import Files
import Lessons
import Notebooks
import RecipeLanguage
import Reports
import Terminals

/// `skillet lessons`: lists them; `skillet lessons check` proves them.
struct LessonsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lessons", abstract: "List the lessons, or prove them.",
    discussion: "A lesson is taken at the prompt: skillet, then :lesson.",
    subcommands: [ListLessons.self, CheckLessons.self], defaultSubcommand: ListLessons.self)
}

struct ListLessons: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the lessons, with minutes and what is done.")

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    do throws(LessonError) {
      let table = try LessonList.table(.own)
      if options.json {
        for row in table.rows {
          let fields = [("event", Value.string("lesson")), ("number", .string(row.label))]
          screen.streams.output.writeJSON(
            JSONValue(.record(Record(fields + row.record.fields.map { ($0.name, $0.value) }))))
        }
        return
      }
      for line in ValueView(screen.page).table(table) {
        screen.streams.output.writeLine(line)
      }
      screen.notice("take one at the prompt: skillet, then :lesson")
    } catch {
      screen.notice(error.description, .error)
      throw ExitStatus.badInput
    }
  }
}

/// `skillet lessons check`: each task fails unsolved and with each wrong answer, and passes solved.
struct CheckLessons: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Prove lessons: every task fails unsolved and with each wrong answer, and passes solved.",
    discussion: "A lesson whose model is not here is skipped by name."
  )

  @ArgumentParser.Argument(help: "Names, numbers or .md files; all lessons if none is named.")
  var lessons: [String] = []

  @OptionGroup var options: OutputOptions

  func run() throws {
    let screen = Screen(color: options.color)
    let folder = try placedFiles(screen)
    var isGood = true
    for lesson in try chosen(screen) {
      if let obstacle = lesson.obstacle {
        skip(lesson, obstacle, on: screen)
        continue
      }
      let result = LessonProof(lesson, folder: folder).run()
      isGood = isGood && result.faults.isEmpty
      tell(result, of: lesson, on: screen)
    }
    if !isGood { throw ExitStatus.failed }
  }

  private func skip(_ lesson: Lesson, _ obstacle: String, on screen: Screen) {
    if options.json {
      return screen.streams.output.writeJSON([
        "event": "proof", "lesson": .string(lesson.name), "steps": .int(lesson.steps.count),
        "skipped": .string(obstacle),
      ])
    }
    screen.notice(obstacle)
    screen.streams.output.writeLine("\(lesson.name): \(lesson.steps.count) steps, skipped")
  }

  private func tell(_ result: LessonProof.Result, of lesson: Lesson, on screen: Screen) {
    if options.json {
      return screen.streams.output.writeJSON([
        "event": "proof", "lesson": .string(lesson.name), "steps": .int(lesson.steps.count),
        "faults": .array(result.faults.map { .string($0) }), "seconds": .double(result.seconds),
      ])
    }
    for fault in result.faults { screen.notice(fault, .error) }
    let ending =
      result.faults.isEmpty ? "proven in \(NumberText.duration(result.seconds))" : "not proven"
    screen.streams.output.writeLine("\(lesson.name): \(lesson.steps.count) steps, \(ending)")
  }

  /// What is wrong, as a line of the output's own kind.
  private func refuse(_ message: String, on screen: Screen) {
    if options.json {
      screen.streams.output.writeJSON(EventJSON.notice(message))
    } else {
      screen.notice(message, .error)
    }
  }

  private func placedFiles(_ screen: Screen) throws -> String {
    do throws(FileError) {
      return try LessonLibrary.placeFiles()
    } catch {
      refuse("\(error.file): \(error.cause); \(error.fix)", on: screen)
      throw ExitStatus.failed
    }
  }

  private func chosen(_ screen: Screen) throws -> [Lesson] {
    do throws(LessonError) {
      if lessons.isEmpty { return try LessonLibrary.lessons() }
    } catch {
      refuse(error.description, on: screen)
      throw ExitStatus.badInput
    }
    var chosen: [Lesson] = []
    for word in lessons {
      do throws(LessonList.Refusal) {
        chosen.append(try LessonList.lesson(word, progress: LessonProgress(path: nil)))
      } catch {
        refuse(error.message, on: screen)
        throw ExitStatus.badInput
      }
    }
    return chosen
  }
}
