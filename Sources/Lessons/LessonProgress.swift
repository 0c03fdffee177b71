import Files
import Notebooks

/// What was done of which lessons: a text file in the user's folder, a line for each step.
package struct LessonProgress: Sendable {
  package enum Status: String, Sendable {
    case done, skipped
  }

  private struct Entry {
    let lesson: String
    let step: Int
    let status: Status
  }

  private var entries: [Entry] = []
  private let path: String?

  /// The user's own.
  package static var own: LessonProgress {
    LessonProgress(path: SkilletHome.path("lessons.txt"))
  }

  /// - Parameter path: nil where nothing is kept.
  package init(path: String?) {
    self.path = path
    guard let path, let bytes = try? MappedFile.contents(of: path) else { return }
    entries = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      // a line that says something else, as one of a later version, is passed over
      let words = line.split(separator: " ")
      guard words.count >= 3, let step = Int(words[1]), step > 0,
        let status = Status(rawValue: String(words[2]))
      else { return nil }
      return Entry(lesson: String(words[0]), step: step, status: status)
    }
  }

  /// Notes how a step went.
  ///
  /// - Parameters:
  ///   - step: from 1.
  ///   - day: as 2026-11-26.
  package mutating func note(
    _ lesson: String, step: Int, _ status: Status, hints: Int, day: String
  ) throws(FileError) {
    entries.append(Entry(lesson: lesson, step: step, status: status))
    guard let path else { return }
    if !Paths.exists(path) {
      try AppendedLine.append("# lesson, step, how it went, hints asked for, day", to: path)
    }
    try AppendedLine.append("\(lesson) \(step) \(status.rawValue) hints \(hints) \(day)", to: path)
  }

  /// The steps of a lesson that are behind the learner, from the first one on without a gap.
  package func stepsDone(of lesson: Lesson) -> Int {
    let steps = Set(entries.filter { $0.lesson == lesson.name }.map(\.step))
    return (1...lesson.steps.count).first { !steps.contains($0) }.map { $0 - 1 }
      ?? lesson.steps.count
  }

  /// Whether every step is behind the learner, solved or skipped.
  package func isBehind(_ lesson: Lesson) -> Bool { stepsDone(of: lesson) == lesson.steps.count }

  /// Whether every step was solved by the learner, none skipped.
  package func isWhole(_ lesson: Lesson) -> Bool {
    let solved = Set(
      entries.filter { $0.lesson == lesson.name && $0.status == .done }.map(\.step))
    return solved.isSuperset(of: 1...lesson.steps.count)
  }
}
