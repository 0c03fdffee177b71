import Files
import Sessions

/// Files and folders that a name could go on with, and models where one is loaded.
package struct PathCompletion {
  /// What stands behind a name that is whole.
  let closing: String
  /// Only what `load` takes: models by name, model files and folders.
  let isModel: Bool

  package init(closing: String, isModel: Bool) {
    self.closing = closing
    self.isModel = isModel
  }

  /// - Parameters:
  ///   - typed: the name so far.
  ///   - end: where it ends, a UTF-8 offset into the input.
  package func items(_ typed: String, endingAt end: Int) -> [CellCompletion.Item] {
    let slash = typed.lastIndex(of: "/")
    let folder = slash.map { String(typed[...$0]) } ?? ""
    let name = String(typed.dropFirst(folder.count))
    let place = end - name.utf8.count..<end
    let models = isModel ? ModelFolder.available.filter { $0.hasPrefix(typed) } : []
    let whole = end - typed.utf8.count..<end
    return models.map {
      CellCompletion.Item(insert: $0 + closing, display: $0, help: "model", range: whole)
    } + entries(of: folder, name, place)
  }

  private func entries(
    of folder: String, _ name: String, _ place: Range<Int>
  ) -> [CellCompletion.Item] {
    let root = folder.isEmpty ? "." : Paths.expandingHome(folder)
    let entries = Paths.names(in: root) ?? []
    return entries.filter { $0.hasPrefix(name) && !$0.hasPrefix(".") }.compactMap { entry in
      let isFolder = Paths.isFolder(root + "/" + entry)
      guard isFolder || !isModel || ModelFolder.isModelFile(entry) else { return nil }
      return CellCompletion.Item(
        insert: isFolder ? entry + "/" : entry + closing, display: isFolder ? entry + "/" : entry,
        help: "", range: place)
    }
  }
}
