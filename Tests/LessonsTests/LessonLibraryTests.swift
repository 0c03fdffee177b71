import Files
import Lessons
import TestSupport
import Testing

/// The lessons that the program carries.
@Suite struct LessonLibraryTests {
  @Test func `every file of a lesson is carried, in the order of its number`() throws {
    let folder = References.tests + "/../Sources/CLessons/lessons"
    let files = try #require(Paths.names(in: folder)?.filter { $0.hasSuffix(".md") })
    let names = files.map { String($0.dropLast(3).drop { $0.isNumber || $0 == "-" }) }
    #expect(try LessonLibrary.lessons().map(\.name) == names)
    #expect(files.count >= 11)
  }

  /// A learner who must wait at each step learns to wait.
  @Test(arguments: ((try? LessonLibrary.lessons()) ?? []).filter { $0.obstacle == nil })
  func `a lesson is proven, within its minutes`(lesson: Lesson) throws {
    let result = LessonProof(lesson, folder: References.tests + "/../Sources/CLessons/data").run()
    #expect(result.faults.isEmpty, "\(result.faults)")
    if lesson.needs == ["kitchen"] {
      #expect(result.seconds < 60, "\(lesson.name) takes \(result.seconds) s")
    }
  }

  @Test func `all lessons but the last need nothing that the program does not carry`() throws {
    let needs = try LessonLibrary.lessons().map(\.needs)
    #expect(needs.dropLast().allSatisfy { $0 == ["kitchen"] } && needs.last == ["smollm2"])
  }
}
