import Files
import Glibc
import RecipeLanguage

/// Where relative paths of a recipe begin: at the recipe's own folder, so that a recipe means the same
/// files wherever it is run from.
package struct RecipeFolder: Sendable, Equatable {
  /// As it is reached from the current folder; empty for the current folder itself.
  package let path: String

  /// Paths begin where the program runs, as at the prompt.
  package static let current = RecipeFolder(path: "")

  package init(path: String) {
    self.path = path == "." ? "" : path
  }

  /// The folder of a recipe's file.
  package init(ofFile path: String) {
    self.init(path: Paths.parent(of: path))
  }

  /// The current folder as it is reached from the folder of a file that is to be written.
  package init(wayBackFromFileAt path: String) {
    let folders = Paths.parent(of: path).split(separator: "/").filter { $0 != "." }
    let isBelow = !path.hasPrefix("/") && !folders.contains("..")
    var below = ""
    let hasLink = folders.contains { name in
      below += (below.isEmpty ? "" : "/") + name
      return Self.isLink(below)
    }
    self.init(
      path: isBelow && !hasLink
        ? folders.map { _ in ".." }.joined(separator: "/") : Paths.currentFolder)
  }

  /// A path of the recipe as it is reached from the current folder.
  package func path(_ name: String) -> String {
    guard !path.isEmpty, !name.hasPrefix("/"), !name.hasPrefix("~/") else { return name }
    var (folder, rest) = (path, name)
    // `recipes/../data` is `data`, but where `recipes` is a link to another place
    while rest.hasPrefix("../") {
      let last = Paths.name(of: folder)
      guard !last.isEmpty, last != ".", last != "..", !Self.isLink(folder) else { break }
      rest.removeFirst(3)
      folder = Paths.parent(of: folder)
      if folder == "." { return rest }
    }
    return (folder == "/" ? "" : folder) + "/" + rest
  }

  private static func isLink(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// An argument's value with its paths as they are reached from the current folder. Data that stand in
  /// the recipe itself, and names of models, are no paths.
  package func value(_ value: Value, for file: ArgumentDeclaration.File) -> Value {
    switch value {
    case .string(let text):
      .string(Self.isPath(text, file, isHere: Paths.exists(path(text))) ? path(text) : text)
    case .list(let elements): .list(elements.map { self.value($0, for: file) })
    case .record(let record) where file == .input: .record(moved(record, file))
    default: value
    }
  }

  /// A file of a list with what is said of it.
  private func moved(_ record: Record, _ file: ArgumentDeclaration.File) -> Record {
    var record = record
    if let path = record["path"] { record["path"] = value(path, for: file) }
    return record
  }

  /// Whether a text names a file.
  ///
  /// - Parameter isHere: whether something of this name is there, which decides of what could be the name
  ///   of a model as well.
  package static func isPath(
    _ text: String, _ file: ArgumentDeclaration.File, isHere: Bool
  ) -> Bool {
    if file == .model { return !ModelFolder.isName(text) || isHere }
    return file != .input || !InlineText.isInline(text)
  }
}

/// Data that stand in a recipe in place of a file's name.
package enum InlineText {
  /// A text with a line break, or one that begins as JSON does, is the data itself; so is an empty block.
  package static func isInline(_ text: String) -> Bool {
    text.isEmpty || text.contains("\n") || text.hasPrefix("{") || text.hasPrefix("[")
  }
}
