import Diagnostics
import Glibc

/// The live line of a job on standard error. It appears after a short delay only, is redrawn in place at
/// most ten times a second, and leaves nothing behind. Where there is no terminal, a plain line is
/// written from time to time instead.
package final class ProgressLine {
  /// Seconds before the first line.
  package var delay = 0.4
  /// Seconds between two redraws.
  package var interval = 0.1
  /// Seconds between two lines of a log.
  package var logInterval = 10.0
  /// Drawn with box characters.
  package var isUnicode = true

  private let output: TextOutput
  private let isLive: Bool
  private let now: () -> Double
  private let columns: () -> Int
  private let start: Double
  private var lastShown: Double?
  private var lastColumns: Int?
  private var isShown = false

  /// - Parameters:
  ///   - isLive: redraw in place; by default where the output is a terminal that is not dumb.
  ///   - now: seconds of a clock that never goes back.
  ///   - columns: width of the terminal, asked at every redraw.
  package init(
    output: TextOutput, isLive: Bool, now: @escaping () -> Double = ProgressLine.monotonicSeconds,
    columns: (() -> Int)? = nil
  ) {
    self.output = output
    self.isLive = isLive
    self.now = now
    self.columns = columns ?? { output.size?.columns ?? 80 }
    start = now()
  }

  /// Shows the state if it is time to. Cheap enough for every step.
  package func update(_ state: @autoclosure () -> ProgressState) {
    let time = now()
    if isLive {
      guard time - start >= delay, time - (lastShown ?? -.infinity) >= interval else { return }
      let columns = columns()
      // the last column stays free: a full line would wrap on some terminals
      let line = state().line(columns: max(10, columns - 1), isUnicode: isUnicode)
      // The cursor waits at the start of the line, so that a terminal which wraps the line anew when it
      // becomes narrower has all its rows behind the cursor.
      let rest = (lastColumns ?? columns) == columns ? "" : "\u{1B}[J"
      output.writeVerbatim("\r" + rest + VisibleText.rendered(line) + "\u{1B}[K\r")
      (isShown, lastColumns) = (true, columns)
    } else {
      guard time - (lastShown ?? start) >= logInterval else { return }
      output.writeLine(state().plainLine)
    }
    lastShown = time
  }

  /// Takes the live line away: before other text is written, and at the end. The next update may bring
  /// it back at once.
  package func clear() {
    guard isShown else { return }
    output.writeVerbatim("\r\u{1B}[J")
    isShown = false
    lastShown = nil
  }

  package static func monotonicSeconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
