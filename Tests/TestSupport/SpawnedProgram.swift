import Glibc

/// A program that a test has started, up to its end.
struct SpawnedProgram {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let process: pid_t

  /// Starts a program with exactly this environment and no signal blocked.
  ///
  /// - Parameters:
  ///   - flags: what the program is given beside that, such as a session of its own.
  ///   - connect: says which files its streams are.
  init(
    _ command: [String], environment: [String: String], flags: Int32 = 0,
    connect: (inout posix_spawn_file_actions_t) -> Void
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    connect(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()  // the threads of a test block all signals; the program must not
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(flags | POSIX_SPAWN_SETSIGMASK))
    var words = command.map { strdup($0) } + [nil]
    var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + settings).forEach { free($0) } }
    var process: pid_t = 0
    let result = posix_spawn(&process, command[0], &actions, &attributes, &words, &settings)
    guard result == 0 else {
      throw Failure(
        description: "\(command[0]) cannot be started: \(String(cString: strerror(result)))")
    }
    self.process = process
  }

  /// Waits for the end and tells what all its threads worked; nil where there is nothing to wait for.
  func end() -> (ending: ChildProcess.Ending, processorSeconds: Double)? {
    var status: Int32 = 0
    var usage = rusage()
    guard wait4(process, &status, 0, &usage) == process else { return nil }
    let signal = status & 0x7F
    let worked = [usage.ru_utime, usage.ru_stime].map {
      Double($0.tv_sec) + Double($0.tv_usec) / 1e6
    }
    return (
      signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal), worked[0] + worked[1]
    )
  }

  func signal(_ number: Int32) { Glibc.kill(process, number) }

  /// Ends it whatever it does.
  func kill() {
    signal(SIGKILL)
    waitpid(process, nil, 0)
  }
}

/// Seconds of a clock that never goes back.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
