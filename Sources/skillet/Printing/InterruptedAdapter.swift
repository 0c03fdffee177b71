import Files
import Notebooks
import Sessions

extension EventPrinter {
  /// An interrupted recipe or piped session never reaches its `save`: what it has trained is written all
  /// the same, and said.
  func rescueAdapter(of session: Session) {
    let folder = "interrupted-adapter"
    do throws(FileError) {
      guard let rescue = try session.rescueAdapter(to: folder) else { return }
      let way =
        rescue.isResumable
        ? "with the same model and data, train resume: \"\(folder)\" goes on"
        : "load …, adapter: \"\(folder)\" goes on with it"
      show(
        Event.notice(
          "interrupted: the adapter of step \(rescue.steps) is in \(folder); \(way)"))
    } catch {
      show(Event.notice("the adapter could not be kept: \(error)"))
    }
  }
}
