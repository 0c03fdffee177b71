import Files
import Notebooks
import Sessions

extension EventPrinter {
  /// An interrupted recipe or piped session never reaches its `save`: what it has trained is written all
  /// the same, and said.
  ///
  /// - Parameter recipeFolder: where paths of the recipe begin, which may go on with it.
  func rescueAdapter(of session: Session, in recipeFolder: RecipeFolder = .current) {
    let name = Self.freeName(in: recipeFolder)
    let folder = recipeFolder.path(name)
    do throws(FileError) {
      guard let rescue = try session.rescueAdapter(to: folder) else { return }
      let way =
        rescue.isResumable
        ? "with the same model and data, train resume: \"\(name)\" goes on"
        : "load …, adapter: \"\(name)\" goes on with it"
      show(
        Event.notice(
          "interrupted: the adapter of step \(rescue.steps) is in \(folder); \(way)"))
    } catch {
      show(Event.notice("the adapter could not be kept: \(error)"))
    }
  }

  /// What an earlier run left may not be saved anywhere else, so it stays.
  private static func freeName(in folder: RecipeFolder) -> String {
    let name = "interrupted-adapter"
    if !Paths.exists(folder.path(name)) { return name }
    var number = 2
    while Paths.exists(folder.path("\(name)-\(number)")) { number += 1 }
    return "\(name)-\(number)"
  }
}
