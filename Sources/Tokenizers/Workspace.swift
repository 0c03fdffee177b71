import Synchronization

/// What encoding keeps from one word to the next.
struct Workspace: Sendable {
  var shortWords = ShortWordCache()
  var cache = WordCache()
  var few = FewPieces()
  var pieces: [BytePairEncoder.Piece] = []
  var queue = MergeQueue()
}

/// The workspace that all uses of a tokenizer share.
final class SharedWorkspace: Sendable {
  private let workspace = Mutex(Workspace())

  /// Runs `body` with a workspace of its own: the shared one with its cache, or where another thread
  /// has that, a fresh one.
  func with(_ body: (inout Workspace) -> Void) {
    if workspace.withLockIfAvailable({ body(&$0) }) != nil { return }
    var fresh = Workspace()
    body(&fresh)
  }
}
