import Reports
import Terminals

/// How results are shown: set by `--mode` and `:mode`, and for one cell by `:once`.
final class OutputSettings {
  var mode: OutputMode
  /// Whether the prompt says what could come next.
  var givesHints = true
  /// Whether a result that was to go to a file did not.
  var hasUnwritten = false
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
}
