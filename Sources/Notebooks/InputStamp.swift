import Diagnostics
import Glibc
import RecipeLanguage
import Sessions
import Training

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
    guard let path = ModelFolder.path(of: name), unsafe stat(path, &status) == 0 else { return nil }
    self.name = name
    byteCount = Int(status.st_size)
    seconds = Int(status.st_mtim.tv_sec)
    nanoseconds = Int(status.st_mtim.tv_nsec)
  }

  /// The files that a cell's text names to be read, as they are now.
  static func inputs(of text: String) -> [InputStamp] {
    var names: [String] = []
    for statement in Parser.parse(SourceText(name: "cell", text: text)).statements {
      if case .include(let literal) = statement.kind { names.append(literal.plainText ?? "") }
      names += files(of: statement) { $0 == .input || $0 == .model }
    }
    return names.compactMap { InputStamp($0) }
  }

  /// The trainings on the disk that a cell's text goes on with. A cell may write on in the folder that
  /// it reads, so these are looked at before it runs.
  static func trainings(of text: String) -> [InputStamp] {
    var names: [String] = []
    for statement in Parser.parse(SourceText(name: "cell", text: text)).statements {
      names += files(of: statement) { $0 == .training }.map { $0 + "/" + TrainingStateFile.name }
    }
    return names.compactMap { InputStamp($0) }
  }

  /// The texts of a statement that name files of a kind.
  private static func files(
    of statement: Statement, where isWanted: (ArgumentDeclaration.File) -> Bool
  ) -> [String] {
    var names: [String] = []
    statement.walkCommands { command in
      guard let verb = VerbCatalog.standard.verb(of: command) else { return }
      for bound in ArgumentBinder(command, verb: verb).bound {
        guard let file = bound.declaration.file, isWanted(file) else { continue }
        if let name = bound.argument.plainText { names.append(name) }
      }
    }
    return names
  }
}

extension ArgumentSyntax {
  /// The text that stands in quotes as its value.
  fileprivate var plainText: String? {
    if case .string(let literal) = value.kind { literal.plainText } else { nil }
  }
}
