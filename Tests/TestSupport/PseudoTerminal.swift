import Glibc

/// A program on a terminal of its own, driven as a person would: type, then wait until something shows.
package final class PseudoTerminal {
  package enum Failure: Error, CustomStringConvertible {
    case cannotStart(String)
    case notShown(String, screen: String)
    case stillRunning

    package var description: String {
      switch self {
      case .cannotStart(let reason): "cannot start the program on a terminal: \(reason)"
      case .notShown(let what, let screen): "\(what) did not show; the screen is\n\(screen)"
      case .stillRunning: "the program did not end in time"
      }
    }
  }

  /// `POSIX_SPAWN_SETSID`, which Glibc's module does not show.
  private static let newSession: Int32 = 0x80

  package private(set) var screen: TerminalScreen
  /// All output so far, escape sequences included.
  package private(set) var output = ""

  private let terminal: Int32
  private let program: SpawnedProgram
  private var partial: [UInt8] = []
  private var isReaped = false

  /// Starts the program with exactly this environment, in `folder` if one is given.
  package init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:],
    folder: String? = nil, columns: Int = 80, rows: Int = 24,
    width: @escaping (Character) -> Int = { _ in 1 }
  ) throws {
    screen = TerminalScreen(columns: columns, rows: rows, width: width)
    var ends: (ours: Int32, theirs: Int32) = (-1, -1)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard openpty(&ends.ours, &ends.theirs, nil, nil, &size) == 0,
      let name = ttyname(ends.theirs).map({ String(cString: $0) })
    else { throw Failure.cannotStart("no pseudo-terminal") }
    terminal = ends.ours
    _ = fcntl(ends.ours, F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends.theirs, F_SETFD, FD_CLOEXEC)
    defer { close(ends.theirs) }
    var command = [executable] + arguments
    // Glibc's module does not show the call that changes the folder of a spawned program
    if let folder { command = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + command }
    // a new session takes the terminal that it opens first as its own
    program = try SpawnedProgram(command, environment: environment, flags: Self.newSession) {
      posix_spawn_file_actions_addopen(&$0, 0, name, O_RDWR, 0)
      posix_spawn_file_actions_adddup2(&$0, 0, 1)
      posix_spawn_file_actions_adddup2(&$0, 0, 2)
    }
  }

  deinit {
    if !isReaped { program.kill() }
    close(terminal)
  }

  package func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }

  package func resize(columns: Int, rows: Int) {
    screen.resize(columns: columns, rows: rows)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
  }

  package func signal(_ number: Int32) {
    program.signal(number)
  }

  /// Waits until the screen is as wanted; what is on it stays there for the next wait.
  package func wait(
    for what: String, seconds: Double = 60, until isShown: (TerminalScreen) -> Bool
  ) throws {
    let deadline = monotonicSeconds() + seconds
    while !isShown(screen) {
      guard readSome(until: deadline) else {
        throw Failure.notShown(what, screen: screen.text)
      }
    }
  }

  /// Waits until the cursor's line is exactly this.
  package func waitForCursorLine(_ line: String) throws {
    try wait(for: "the line ‘\(line)’") { $0.cursorLine == line }
  }

  /// Waits until the output from `start` on contains the text.
  package func waitForOutput(_ text: String) throws {
    try wait(for: "the output ‘\(text)’") { _ in output.contains(text) }
  }

  /// Waits for the end of the program: its exit status, or 128 + the signal that killed it.
  package func waitForExit(seconds: Double = 60) throws -> Int32 {
    let deadline = monotonicSeconds() + seconds
    while readSome(until: deadline) {}
    guard monotonicSeconds() < deadline else { throw Failure.stillRunning }
    guard let ending = program.end()?.ending else { throw Failure.stillRunning }
    isReaped = true
    switch ending {
    case .exited(let status): return status
    case .killed(let signal): return 128 + signal
    case .timedOut: throw Failure.stillRunning
    }
  }

  /// What the program's threads have worked since it began.
  package var processorSeconds: Double { ProcessorTime.seconds(ofProcess: program.process) }

  /// True while the terminal echoes what is typed.
  package var echoes: Bool {
    var settings = termios()
    return tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
  }

  /// Reads what is there, waiting for it; false at the deadline and when the program has gone.
  private func readSome(until deadline: Double) -> Bool {
    var file = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    let left = max(0, deadline - monotonicSeconds())
    guard poll(&file, 1, Int32(left * 1000)) > 0 else { return false }
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = chunk.withUnsafeMutableBytes { read(terminal, $0.baseAddress, $0.count) }
    guard count > 0 else { return false }
    partial += chunk[..<count]
    let whole = wholePrefix(of: partial)
    let text = String(decoding: partial[..<whole], as: UTF8.self)
    partial.removeFirst(whole)
    output += text
    screen.feed(text)
    return true
  }

  /// Bytes up to an unfinished UTF-8 sequence at the end.
  private func wholePrefix(of bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > back ? bytes.count - back : bytes.count
    }
    return bytes.count
  }
}
