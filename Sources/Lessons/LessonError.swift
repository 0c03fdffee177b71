/// What is wrong with the text of a lesson.
package struct LessonError: Error, CustomStringConvertible {
  package let file: String
  package let line: Int
  package let reason: String
  package let fix: String

  package var description: String { "\(file):\(line): \(reason); \(fix)" }
}
