import Checkpoints
import Notebooks

extension EventPrinter {
  /// An interrupted recipe or piped session never reaches its `save`: what it has trained is written all
  /// the same, and said.
  func rescueAdapter(of session: Session) {
    let folder = "interrupted-adapter"
    do throws(CheckpointError) {
      guard let steps = try session.rescueAdapter(to: folder) else { return }
      show(
        SessionEvent.notice(
          "interrupted: the adapter of step \(steps) is in \(folder); "
            + "go on with load …, adapter: \"\(folder)\""))
    } catch {
      show(SessionEvent.notice("the adapter could not be kept: \(error)"))
    }
  }
}
