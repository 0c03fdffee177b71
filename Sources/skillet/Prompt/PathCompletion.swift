import Files
import Notebooks
import Sessions
import Terminals

/// Files and folders that a name could go on with, and models where one is loaded.
struct PathCompletion {
  /// What stands behind a name that is whole.
  let closing: String
  /// Only what `load` takes: models by name, model files and folders.
  let isModel: Bool

  /// - Parameters:
  ///   - typed: the name so far.
  ///   - end: where it ends, a UTF-8 offset into the input.
  func items(_ typed: String, endingAt end: Int) -> [CompletionItem] {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let name = String(typed.dropFirst(folder.count))
    let place = end - name.utf8.count..<end
    let models = isModel ? ModelFolder.available.filter { $0.hasPrefix(typed) } : []
    let whole = end - typed.utf8.count..<end
    return models.map {
      CompletionItem(insert: $0 + closing, display: $0, description: "model", replaceRange: whole)
    } + entries(of: folder, name, place)
  }

  private func entries(
    of folder: String, _ name: String, _ place: Range<Int>
  ) -> [CompletionItem] {
    let root = folder.isEmpty ? "." : Paths.expandingHome(folder)
    let entries = Paths.names(in: root) ?? []
    return entries.filter { $0.hasPrefix(name) && !$0.hasPrefix(".") }.compactMap { entry in
      let isFolder = Paths.isFolder(root + "/" + entry)
      guard isFolder || !isModel || ModelFolder.isModelFile(entry) else { return nil }
      return CompletionItem(
        insert: isFolder ? entry + "/" : entry + closing, display: isFolder ? entry + "/" : entry,
        replaceRange: place)
    }
  }
}
