import Reports
import Terminals

/// How results are shown: set by `--mode` and `:mode`, and for one cell by `:once`.
final class OutputSettings {
  var mode: OutputMode
  /// Whether the prompt says what could come next.
  var givesHints = true
  /// Whether a result that was to go to a file did not.
  var hasUnwritten = false
  /// Files that this session has written, which it may write again.
  private var written: Set<String> = []
  /// The file that the last command would have replaced.
  private var refused: String?
  /// The file that takes the next result.
  private var file: String?

  init(mode: OutputMode = .box) {
    self.mode = mode
  }

  /// Sends the next result to a file.
  func sendNextResult(to file: String) { self.file = file }

  /// The file for the result that comes now, forgotten with this question.
  func takeFile() -> String? {
    defer { file = nil }
    return file
  }

  /// Whether a file of somebody else may be replaced: its own may, and any that is asked for twice.
  func mayReplace(_ path: String) -> Bool {
    defer { refused = path }
    return written.contains(path) || refused == path
  }

  func noteWritten(_ path: String) { written.insert(path) }
}
