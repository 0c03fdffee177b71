import Diagnostics
import Glibc
import Terminals
import Testing

@Suite struct ProgressStateTests {
  private let state = ProgressState(
    "train", done: 37, total: 120, figures: ["loss 1.234", "312 tok/s", "412 MB"], secondsLeft: 42)

  @Test(arguments: [
    (100, "train   37/120  ━━━━━━──────────────  loss 1.234  312 tok/s  0:42 left  412 MB"),
    (62, "train   37/120  loss 1.234  312 tok/s  0:42 left  412 MB"),
    (46, "train   37/120  ━━─────  loss 1.234  312 tok/s"), (20, "train   37/120"), (8, "train  …"),
  ]) func `figures go from the right when there is no room`(columns: Int, line: String) {
    let drawn = state.line(columns: columns)
    #expect(DisplayWidth.of(drawn) <= columns)
    #expect(drawn == line)
  }

  @Test func `an unknown end has no bar, a bar never overflows`() {
    #expect(
      ProgressState("read", done: 5, figures: ["3 rows"]).line(columns: 80) == "read  5  3 rows")
    let over = ProgressState("x", done: 9, total: 4).line(columns: 80, isUnicode: false)
    #expect(over == "x  9/4  ####################")
    #expect(!ProgressState("x", done: 0, total: 0).line(columns: 80).contains("━"))
  }

  @Test func `a log line has no bar`() {
    #expect(state.plainLine == "train 37/120, loss 1.234, 312 tok/s, 0:42 left, 412 MB")
  }

  @Test(arguments: [
    (42, "0:42"), (725, "12:05"), (3_800, "1:03:20"), (-1, "0:00"), (Double.nan, "–:––"),
  ]) func `the time left counts minutes and hours`(seconds: Double, clock: String) {
    let state = ProgressState("train", done: 1, secondsLeft: seconds)
    #expect(state.plainLine == "train 1, \(clock) left")
  }
}

@Suite struct ProgressLineTests {
  /// A line on a pipe with a clock that is set by hand.
  private final class Bench {
    var time = 100.0
    var columns = 80
    private var ends: [Int32] = [-1, -1]

    init() {
      pipe(&ends)
      _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    }

    deinit { ends.forEach { close($0) } }

    func line(isLive: Bool) -> ProgressLine {
      ProgressLine(
        output: TextOutput(descriptor: ends[1]), isLive: isLive, now: { self.time },
        columns: { self.columns })
    }

    /// What was written since the last call.
    func written() -> String {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(ends[0], &bytes, bytes.count)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
  }

  @Test func `a live line appears late, is redrawn seldom and leaves nothing`() {
    let bench = Bench()
    let line = bench.line(isLive: true)
    line.update(ProgressState("train", done: 1))
    #expect(bench.written() == "")
    bench.time += 0.5
    line.update(ProgressState("train", done: 2))
    #expect(bench.written() == "\rtrain  2\u{1B}[K\r")
    bench.time += 0.05
    line.update(ProgressState("train", done: 3))
    #expect(bench.written() == "")
    bench.time += 0.06
    line.update(ProgressState("train", done: 4))
    #expect(bench.written() == "\rtrain  4\u{1B}[K\r")
    // rows of a line that was wrapped anew go with it
    bench.columns = 40
    bench.time += 0.2
    line.update(ProgressState("train", done: 5))
    #expect(bench.written() == "\r\u{1B}[Jtrain  5\u{1B}[K\r")
    line.clear()
    line.clear()
    #expect(bench.written() == "\r\u{1B}[J")
  }

  @Test func `a short job shows nothing`() {
    let bench = Bench()
    let line = bench.line(isLive: true)
    bench.time += 0.3
    line.update(ProgressState("eval", done: 1, total: 1))
    line.clear()
    #expect(bench.written() == "")
  }

  @Test func `a log gets a plain line now and then`() {
    let bench = Bench()
    let line = bench.line(isLive: false)
    bench.time += 9
    line.update(ProgressState("train", done: 9))
    #expect(bench.written() == "")
    bench.time += 2
    line.update(ProgressState("train", done: 11))
    bench.time += 2
    line.update(ProgressState("train", done: 13))
    #expect(bench.written() == "train 11\n")
  }
}
