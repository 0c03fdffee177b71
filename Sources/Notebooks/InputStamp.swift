import Diagnostics
import RecipeLanguage

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
        for argument in command.arguments {
          if case .string(let literal) = argument.value.kind, let name = literal.plainText {
            names.append(name)
          }
        }
      }
    }
    return names.compactMap { InputStamp($0) }
  }
}
