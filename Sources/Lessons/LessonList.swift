import Diagnostics
import Files
import RecipeLanguage

/// Which lessons there are, and which one is meant.
package enum LessonList {
  /// Why no lesson is meant.
  package struct Refusal: Error {
    package let message: String

    package init(message: String) { self.message = message }
  }

  /// The lesson of a name, a number or a Markdown file; without a word the first that is not done.
  package static func lesson(
    _ word: String, progress: LessonProgress
  ) throws(Refusal) -> Lesson {
    let lessons: [Lesson]
    do throws(LessonError) {
      if word.hasSuffix(".md") {
        return try LessonLibrary.lesson(path: Paths.expandingHome(word))
      }
      lessons = try LessonLibrary.lessons()
    } catch {
      throw Refusal(message: error.description)
    }
    if word.isEmpty, let next = lessons.first(where: { !progress.isBehind($0) }) ?? lessons.first {
      return next
    }
    if let number = Int(word), lessons.indices.contains(number - 1) { return lessons[number - 1] }
    if let lesson = lessons.first(where: { $0.name == word }) { return lesson }
    let names = lessons.map(\.name)
    let question = NearestName.question(for: word, among: names)
    throw Refusal(
      message: "there is no lesson \(word); "
        + (question ?? "the lessons are \(names.joined(separator: ", "))"))
  }

  /// The same, of lessons whose models are here.
  package static func lessonToTake(
    _ word: String, progress: LessonProgress
  ) throws(Refusal) -> Lesson {
    let lesson = try lesson(word, progress: progress)
    if let obstacle = lesson.obstacle { throw Refusal(message: obstacle) }
    return lesson
  }

  /// A row for each lesson: its number, what it is about, its minutes and how far the learner is.
  package static func table(_ progress: LessonProgress) throws(LessonError) -> Table {
    Table(
      rows: try LessonLibrary.lessons().enumerated().map { index, lesson in
        let done = progress.stepsDone(of: lesson)
        let state =
          progress.isWhole(lesson)
          ? "✓"
          : done == 0 ? "" : done == lesson.steps.count ? "seen" : "\(done)/\(lesson.steps.count)"
        return Table.Row(
          label: "\(index + 1)",
          record: Record([
            ("name", .string(lesson.name)), ("title", .string(lesson.title)),
            ("minutes", .int(lesson.minutes)), ("done", .string(state)),
          ]))
      }, heading: "lesson")
  }
}
