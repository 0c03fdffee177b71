import Diagnostics
import Glibc
import Terminals
import TestSupport
import Testing

/// The editor in a pseudo-terminal, by way of the probe that stands beside the test program.
@Suite(.serialized) struct LineEditorTests {
  private let up = "\u{1B}[A"
  private let down = "\u{1B}[B"

  private static let probe = BuiltProgram.path("EditorProbe")

  private func start(
    _ program: String = probe, _ arguments: [String] = [], language: String? = nil
  ) throws -> PseudoTerminal {
    var environment = [
      "TERM": "xterm", "HOME": "/nonexistent", "SWIFT_BACKTRACE": "enable=no",
    ]
    environment["LC_ALL"] = language
    return try PseudoTerminal(
      program, arguments, environment: environment, width: { DisplayWidth.of($0) })
  }

  /// A probe that has shown its first prompt.
  private func prompted(
    _ arguments: [String] = [], language: String? = nil
  ) throws -> PseudoTerminal {
    let terminal = try start(Self.probe, arguments, language: language)
    try terminal.waitForCursorLine("probe[1]>")
    return terminal
  }

  @Test func `a whole line is submitted by Enter`() throws {
    let terminal = try prompted()
    terminal.send("hello\r")
    try terminal.waitForCursorLine("probe[2]>")
    #expect(terminal.screen.lines == ["probe[1]> hello", #"got: "hello""#, "probe[2]>"])
  }

  @Test func `Enter in an open block inserts a newline and the indent`() throws {
    let terminal = try prompted()
    terminal.send("x [\ry\r]\r")
    try terminal.waitForCursorLine("probe[2]>")
    #expect(
      terminal.screen.lines == [
        "probe[1]> x [", "  y", "]", #"got: "x [\n  y\n]""#, "probe[2]>",
      ])
  }

  @Test func `Ctrl-C clears a block and gives a fresh prompt below it`() throws {
    let terminal = try prompted()
    terminal.send("x [\ry")
    try terminal.waitForCursorLine("  y")
    terminal.send(up + "\u{3}")
    try terminal.waitForCursorLine("probe[1]>")
    #expect(terminal.screen.lines == ["probe[1]> x [", "  y^C", "probe[1]>"])
    terminal.send("z\r")
    try terminal.waitForOutput(#"got: "z""#)
  }

  @Test func `Ctrl-C in a search does not end the program`() throws {
    let terminal = try prompted()
    terminal.send("\u{12}fir")
    try terminal.wait(for: "the search") { $0.lines.last == "bck:fir" }
    terminal.send("\u{3}")
    try terminal.wait(for: "a fresh prompt") { $0.cursorLine == "probe[1]>" }
    terminal.send("z\r")
    try terminal.waitForOutput(#"got: "z""#)
  }

  @Test func `Ctrl-D ends on an empty line only, and the terminal echoes again`() throws {
    let terminal = try prompted()
    terminal.send("ab\u{1}\u{4}")
    try terminal.waitForCursorLine("probe[1]> b")
    terminal.send("\u{15}\u{5}\u{15}\u{4}")
    #expect(try terminal.waitForExit() == 0)
    #expect(terminal.output.contains("bye"))
    #expect(terminal.screen.activeModes.isEmpty)
  }

  @Test func `Up recalls a whole block and then moves inside it`() throws {
    let terminal = try prompted()
    terminal.send(up)
    try terminal.wait(for: "the block") { $0.lines == ["probe[1]> block [", "  a", "  b", "]"] }
    terminal.send(up + up + "\u{5}!\r")
    try terminal.waitForCursorLine("probe[2]>")
    #expect(terminal.output.contains(#"got: "block [\n  a!\n  b\n]""#))
  }

  @Test func `Up and Down go through history and come back to what was typed`() throws {
    let terminal = try prompted()
    terminal.send("fi" + up)
    try terminal.waitForCursorLine("probe[1]> first")
    terminal.send(down)
    try terminal.waitForCursorLine("probe[1]> fi")
  }

  @Test func `Ctrl-R finds an earlier block`() throws {
    let terminal = try prompted()
    terminal.send("\u{12}blo\u{1B}")
    terminal.send("\r")
    try terminal.waitForCursorLine("probe[2]>")
    #expect(terminal.output.contains(#"got: "block [\n  a\n  b\n]""#))
  }

  @Test func `a pasted block waits for Enter, without prompts and outputs, tabs intact`() throws {
    let terminal = try prompted()
    terminal.send("\u{1B}[200~probe[4]> x [\r\ty\r]\rout[4] = 3\r\u{1B}[201~")
    try terminal.waitForCursorLine("]")
    #expect(!terminal.output.contains("got:"))
    terminal.send("\r")
    try terminal.waitForCursorLine("probe[2]>")
    #expect(terminal.output.contains(#"got: "x [\n\ty\n]""#))
  }

  @Test(arguments: [nil, "C", "C.UTF-8"]) func `UTF-8 is edited by characters`(
    language: String?
  ) throws {
    let terminal = try prompted(language: language)
    terminal.send("naïve 日本語\u{7F}人\u{1B}[D\u{1B}[D!\r")
    try terminal.waitForCursorLine("probe[2]>")
    #expect(terminal.screen.lines[0] == "probe[1]> naïve 日!本人")
    #expect(terminal.screen.lines[1] == #"got: "naïve 日!本人""#)
  }

  @Test func `Tab inserts one match, lists several and keeps what follows the cursor`() throws {
    let terminal = try prompted()
    terminal.send("x t\t")
    try terminal.waitForCursorLine("probe[1]> x targets:")
    terminal.send("[\rr\t")
    try terminal.wait(for: "the list and the block") {
      $0.lines == [
        "probe[1]> x targets: [", "  r",
        "  rank:     columns of the two thin matrices",
        "  rslora:   scale by the root of the rank",
        "probe[1]> x targets: [", "  r",
      ]
    }
    terminal.send("s\t8]\r")
    try terminal.waitForCursorLine("probe[2]>")
    #expect(terminal.output.contains(#"got: "x targets: [\n  rslora: 8]""#))
  }

  @Test func `Tab in the first row of a block lists below its last row`() throws {
    let terminal = try prompted()
    terminal.send("r [\ra" + up + "\u{1}\u{6}\t")
    try terminal.wait(for: "the list and the block") {
      $0.lines == [
        "probe[1]> r [", "  a",
        "  rank:     columns of the two thin matrices",
        "  rslora:   scale by the root of the rank",
        "probe[1]> r [", "  a",
      ]
    }
    terminal.send("!")
    try terminal.waitForCursorLine("probe[1]> r! [")
    terminal.send("\u{3}")
    try terminal.wait(for: "a fresh prompt") { $0.lines.last == "probe[1]>" }
    #expect(terminal.screen.lines[4] == "probe[1]> r! [")
  }

  @Test func `typing during a job waits for the prompt, and Ctrl-C stops the job`() throws {
    let terminal = try prompted()
    terminal.send("job\r")
    try terminal.waitForOutput("job runs")
    #expect(!terminal.echoes)
    terminal.send("later\r\u{3}")
    try terminal.waitForOutput("job: stop")
    terminal.send("now\r")
    try terminal.waitForOutput(#"now""#)
    #expect(!terminal.output.contains("^C"))
  }

  @Test func `keys typed before the prompt act on it and are not echoed before`() throws {
    let terminal = try prompted()
    terminal.send("wait for typing\r")
    try terminal.wait(for: "the end of the cell") { $0.lines.count == 2 }
    terminal.send("fi" + up)
    try terminal.wait(for: "the recalled cell") { $0.lines.count > 2 && $0.cursorColumn > 12 }
    try terminal.waitForCursorLine("probe[1]> first")
    #expect(terminal.screen.lines[1] == "typed ahead: true")
  }

  @Test func `a second Ctrl-C within two seconds asks a job to give up its step`() throws {
    let terminal = try prompted()
    terminal.send("deaf job\r")
    try terminal.waitForOutput("job runs")
    terminal.send("\u{3}")
    try terminal.waitForOutput("job sees stop")
    terminal.send("\u{3}")
    try terminal.waitForOutput("job: abort")
    try terminal.waitForCursorLine("probe[1]>")
  }

  @Test func `Ctrl-Z gives the terminal back and fg redraws the input`() throws {
    let terminal = try start(
      "/bin/sh", ["-c", "set -m; \(Self.probe); stty -a; fg; echo ended"])
    try terminal.waitForCursorLine("probe[1]>")
    terminal.send("abc")
    try terminal.waitForCursorLine("probe[1]> abc")
    terminal.send("\u{1A}")
    try terminal.waitForOutput("icanon")
    try terminal.wait(for: "the input again") {
      $0.cursorLine == "probe[1]> abc" && $0.activeModes == ["2004"]
    }
    #expect(terminal.output.contains(" icanon") && terminal.output.contains(" echo "))
    terminal.send("\u{1B}[Dx\r")
    try terminal.waitForOutput(#"got: "abxc""#)
    terminal.send("\u{4}")
    try terminal.waitForOutput("ended")
  }

  @Test func `a resized terminal shows the block once, in its place`() throws {
    let terminal = try prompted()
    terminal.send("x [\raaa\rbbb" + up)
    try terminal.wait(for: "the block") {
      $0.lines == ["probe[1]> x [", "  aaa", "  bbb"] && $0.cursorLine == "  aaa"
    }
    terminal.resize(columns: 30, rows: 10)
    try terminal.wait(for: "a cleared screen") { _ in terminal.output.contains("\u{1B}[J") }
    terminal.send("!")
    try terminal.wait(for: "the block again") {
      $0.lines == ["probe[1]> x [", "  aaa!", "  bbb"]
    }
    terminal.send("\u{3}")
    try terminal.waitForCursorLine("probe[1]>")
    let typed = String(repeating: "0123456789", count: 3)
    terminal.send(typed + "\u{1}c")
    try terminal.wait(for: "the wrapped line") {
      $0.lines.suffix(2) == ["probe[1]> c0123456789012345678", "90123456789"]
    }
  }

  @Test func `a given text stands on the prompt and can be edited`() throws {
    let terminal = try prompted()
    terminal.send("edit\r")
    try terminal.waitForCursorLine("]")
    terminal.send("\u{7F}y]\r")
    try terminal.waitForOutput(#"got: "again [\n  x\ny]""#)
  }

  @Test func `a coloured prompt takes the columns of its text`() throws {
    let terminal = try prompted(["--color"])
    terminal.send("x")
    try terminal.waitForCursorLine("probe[1]> x")
    #expect(terminal.output.contains("\u{1B}[1;32mprobe[1]\u{1B}[0m> "))
    #expect(terminal.screen.cursorColumn == 11)
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGABRT]) func `a deadly signal gives the terminal back`(
    number: Int32
  ) throws {
    let terminal = try prompted()
    #expect(terminal.screen.activeModes == ["2004"])
    terminal.signal(number)
    #expect(try terminal.waitForExit() == 128 + number)
    #expect(terminal.screen.activeModes.isEmpty)
  }
}
