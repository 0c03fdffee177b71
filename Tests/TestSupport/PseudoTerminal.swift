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
  private let process: pid_t
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
    process = try Self.spawn(command, environment, on: name)
  }

  deinit {
    if !isReaped {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
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
    kill(process, number)
  }

  /// Waits until the screen is as wanted; what is on it stays there for the next wait.
  package func wait(
    for what: String, seconds: Double = 10, until isShown: (TerminalScreen) -> Bool
  ) throws {
    let deadline = Self.now() + seconds
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
  package func waitForExit(seconds: Double = 10) throws -> Int32 {
    let deadline = Self.now() + seconds
    while readSome(until: deadline) {}
    guard Self.now() < deadline else { throw Failure.stillRunning }
    var status: Int32 = 0
    guard waitpid(process, &status, 0) == process else { throw Failure.stillRunning }
    isReaped = true
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
  }

  /// True while the terminal echoes what is typed.
  package var echoes: Bool {
    var settings = termios()
    return tcgetattr(terminal, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
  }

  /// Reads what is there, waiting for it; false at the deadline and when the program has gone.
  private func readSome(until deadline: Double) -> Bool {
    var file = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    let left = max(0, deadline - Self.now())
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

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A new session whose controlling terminal is the one that it opens first.
  private static func spawn(
    _ command: [String], _ environment: [String: String],
    on terminalName: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, terminalName, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()  // the threads of a test block all signals; the program must not
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(newSession | POSIX_SPAWN_SETSIGMASK))
    var words = command.map { strdup($0) } + [nil]
    var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + settings).forEach { free($0) } }
    var process: pid_t = 0
    let result = posix_spawn(&process, command[0], &actions, &attributes, &words, &settings)
    guard result == 0 else { throw Failure.cannotStart(String(cString: strerror(result))) }
    return process
  }
}
