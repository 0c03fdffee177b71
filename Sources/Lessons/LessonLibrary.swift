import CLessons
import Files
import Glibc
import Notebooks

/// The lessons and their files, which the program carries with it.
package enum LessonLibrary {
  /// In the order of their numbers.
  package static func lessons() throws(LessonError) -> [Lesson] {
    var lessons: [Lesson] = []
    for file in files where file.name.hasSuffix(".md") {
      let text = String(decoding: file.bytes, as: UTF8.self)
      lessons.append(try LessonParser.lesson(text, file: file.name))
    }
    return lessons
  }

  /// Whether a model of lessons comes with the program.
  static func carries(_ model: String) -> Bool {
    files.contains { $0.name == model + ".gguf" }
  }

  /// A lesson that somebody writes, read from its file.
  package static func lesson(path: String) throws(LessonError) -> Lesson {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try MappedFile.contents(of: path)
    } catch {
      throw LessonError(file: path, line: 1, reason: error.cause, fix: error.fix)
    }
    return try LessonParser.lesson(String(decoding: bytes, as: UTF8.self), file: path)
  }

  /// Writes the files that lessons read, the tiny model and its texts, into the user's folder, where they are not there
  /// already as they should be.
  ///
  /// - Returns: the folder.
  package static func placeFiles() throws(FileError) -> String {
    guard let folder = SkilletHome.path("lessons") else {
      throw FileError(
        .unwritable, file: "~/.skillet", cause: "the folder cannot be made",
        fix: "set SKILLET_HOME to a folder of yours")
    }
    guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
      throw FileError(
        .unwritable, file: folder, cause: "the folder cannot be made",
        fix: "set SKILLET_HOME to a folder of yours")
    }
    for file in files where !file.name.hasSuffix(".md") {
      let path = folder + "/" + file.name
      if (try? MappedFile.contents(of: path)) == file.bytes { continue }
      try AtomicFile.write(file.bytes, to: path)
    }
    return folder
  }

  private static var files: [(name: String, bytes: [UInt8])] {
    (0..<cl_file_count).map { index in
      let file = unsafe cl_file_at(index)
      let bytes = unsafe UnsafeBufferPointer(start: file.bytes, count: file.count)
      return unsafe (String(cString: file.name), Array(bytes))
    }
  }
}
