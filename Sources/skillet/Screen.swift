import Glibc
import Terminals

/// Where output goes and how it may look, decided once.
struct Screen {
  let streams: OutputStreams
  let style: TextStyle
  let errorStyle: TextStyle
  let isUnicode: Bool

  init(color: ColorChoice) {
    streams = OutputStreams.standard()
    var environment: [String: String] = [:]
    for name in ["TERM", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE"] {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    let choice = TextStyle.Choice(rawValue: color.rawValue) ?? .auto
    style = TextStyle(choice, isTerminal: streams.output.isTerminal, environment: environment)
    errorStyle = TextStyle(choice, isTerminal: streams.error.isTerminal, environment: environment)
    isUnicode = TextStyle.canShowUnicode(environment: environment)
  }

  private init(_ other: Screen, streams: OutputStreams) {
    self.streams = streams
    style = other.errorStyle
    errorStyle = other.errorStyle
    isUnicode = other.isUnicode
  }

  /// The same screen with everything on standard error.
  var aside: Screen {
    Screen(self, streams: OutputStreams(output: streams.error, error: streams.error))
  }

  var columns: Int { min(120, streams.output.size?.columns ?? 80) }

  /// One remark to standard error, broken at blanks on a terminal.
  func notice(_ text: String, _ role: TextStyle.Role = .dim) {
    let width = streams.error.isTerminal ? columns : .max
    for line in WrappedText.lines(text, columns: width) {
      streams.error.writeLine(errorStyle(role, line))
    }
  }

  func progressLine() -> ProgressLine {
    let line = ProgressLine(output: streams.error, isLive: errorStyle.isEnabled)
    line.isUnicode = isUnicode
    return line
  }
}
