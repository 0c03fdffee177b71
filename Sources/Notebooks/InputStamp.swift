import Diagnostics
import RecipeLanguage
import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that a cell read, and what shows that it was edited since: its size and time of change.
struct InputStamp: Equatable {
  /// As written in the cell.
  let name: String
  private let byteCount: Int
  private let seconds: Int
  private let nanoseconds: Int

  /// The stamp of a file as it is now; nil if it cannot be found.
  init?(_ name: String) {
    var status = stat()
    guard let path = ModelFolder.path(of: name), stat(path, &status) == 0 else { return nil }
    self.name = name
    byteCount = Int(status.st_size)
    #if canImport(Glibc)
      let time = status.st_mtim
    #else
      let time = status.st_mtimespec
    #endif
    seconds = Int(time.tv_sec)
    nanoseconds = Int(time.tv_nsec)
  }

  /// Commands whose paths are read, not written.
  private static let readers: Set<String> = ["load", "dataset", "perplexity"]

  /// The files that a cell's text names to be read, as they are now.
  static func inputs(of text: String) -> [InputStamp] {
    var names: [String] = []
    for statement in Parser.parse(SourceText(name: "cell", text: text)).statements {
      if case .include(let literal) = statement.kind { names.append(literal.plainText ?? "") }
      statement.walkCommands { command in
        guard readers.contains(command.verb.text) else { return }
        names += command.arguments.compactMap(\.plainText)
      }
    }
    return names.compactMap { InputStamp($0) }
  }

  /// The trainings on the disk that a cell's text goes on with. A cell may write on in the folder that
  /// it reads, so these are looked at before it runs.
  static func trainings(of text: String) -> [InputStamp] {
    var names: [String] = []
    for statement in Parser.parse(SourceText(name: "cell", text: text)).statements {
      statement.walkCommands { command in
        for argument in command.arguments where argument.name?.text == "resume" {
          if let folder = argument.plainText { names.append(folder + "/" + TrainingStateFile.name) }
        }
      }
    }
    return names.compactMap { InputStamp($0) }
  }
}

extension Argument {
  /// The text that stands in quotes as its value.
  fileprivate var plainText: String? {
    if case .string(let literal) = value.kind { literal.plainText } else { nil }
  }
}
