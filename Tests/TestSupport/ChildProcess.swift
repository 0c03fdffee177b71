import Glibc

/// A program that runs beside the test, with streams of its own.
package final class ChildProcess {
  package enum Ending: Equatable, Sendable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It was still running at the deadline, and was killed.
    case timedOut
  }

  /// What a program wrote, and how it ended.
  package struct Outcome: Sendable {
    package let output: String
    package let errors: String
    package let ending: Ending
  }

  package enum Failure: Error {
    case cannotStart(String)
  }

  private enum Stream: Int, CaseIterable { case output, errors }

  private let process: pid_t
  private var descriptors: [Int32]
  private var bytes: [[UInt8]] = [[], []]
  private var isReaped = false

  /// Starts a program with exactly this environment.
  ///
  /// - Parameter input: what it reads from standard input, which then is no terminal.
  package init(
    _ executable: String, _ arguments: [String], environment: [String: String], folder: String,
    input: String = ""
  ) throws {
    var output: [Int32] = [-1, -1]
    var errors: [Int32] = [-1, -1]
    guard pipe(&output) == 0, pipe(&errors) == 0 else { throw Failure.cannotStart("no pipe") }
    let source = try Self.file(holding: input)
    for descriptor in [source] + output + errors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    defer { for descriptor in [source, output[1], errors[1]] { close(descriptor) } }
    descriptors = [output[0], errors[0]]
    // `env` changes the folder; Glibc's module does not show the call that does it in a spawn.
    process = try Self.spawn(
      ["/usr/bin/env", "-C", folder, executable] + arguments, environment,
      streams: [source, output[1], errors[1]])
  }

  deinit {
    if !isReaped {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  package func signal(_ number: Int32) { kill(process, number) }

  /// Reads on until standard output has this text; false at the deadline or the end.
  package func waitForOutput(_ text: String, seconds: Double = 60) -> Bool {
    let deadline = Self.now() + seconds
    while !String(decoding: bytes[Stream.output.rawValue], as: UTF8.self).contains(text) {
      guard readSome(until: deadline) else { return false }
    }
    return true
  }

  /// Waits for the end.
  package func outcome(seconds: Double = 120) -> Outcome {
    let deadline = Self.now() + seconds
    while readSome(until: deadline) {}
    let isLate = descriptors.contains { $0 >= 0 }
    if isLate { kill(process, SIGKILL) }
    var status: Int32 = 0
    waitpid(process, &status, 0)
    isReaped = true
    let signal = status & 0x7F
    return Outcome(
      output: String(decoding: bytes[Stream.output.rawValue], as: UTF8.self),
      errors: String(decoding: bytes[Stream.errors.rawValue], as: UTF8.self),
      ending: isLate
        ? .timedOut : signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal))
  }

  /// Reads what is there, waiting for it; false at the deadline and when both streams have ended.
  private func readSome(until deadline: Double) -> Bool {
    let open = Stream.allCases.filter { descriptors[$0.rawValue] >= 0 }
    guard !open.isEmpty else { return false }
    var files = open.map { pollfd(fd: descriptors[$0.rawValue], events: Int16(POLLIN), revents: 0) }
    let left = max(0, deadline - Self.now())
    guard poll(&files, nfds_t(files.count), Int32(left * 1000)) > 0 else { return false }
    for (stream, file) in zip(open, files) where file.revents != 0 {
      var chunk = [UInt8](repeating: 0, count: 65_536)
      let count = chunk.withUnsafeMutableBytes { read(file.fd, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes[stream.rawValue] += chunk[..<count]
      } else {
        close(file.fd)
        descriptors[stream.rawValue] = -1
      }
    }
    return true
  }

  /// A file without a name, open at its start.
  private static func file(holding text: String) throws -> Int32 {
    var template = Array("/tmp/skillet-input-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Failure.cannotStart("no temporary file") }
    unlink(template)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure.cannotStart("the input cannot be written") }
      rest = rest.dropFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  private static func spawn(
    _ command: [String], _ environment: [String: String], streams: [Int32]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, descriptor) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()  // the threads of a test block all signals; the program must not
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = command.map { strdup($0) } + [nil]
    var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (words + settings).forEach { free($0) } }
    var process: pid_t = 0
    let result = posix_spawn(&process, command[0], &actions, &attributes, &words, &settings)
    guard result == 0 else { throw Failure.cannotStart(String(cString: strerror(result))) }
    return process
  }
}
