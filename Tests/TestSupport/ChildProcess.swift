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
    /// What all its threads worked.
    package let processorSeconds: Double
  }

  package enum Failure: Error {
    case cannotStart(String)
  }

  private enum Stream: Int, CaseIterable { case output, errors }

  private let program: SpawnedProgram
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
    let streams = [source, output[1], errors[1]]
    program = try SpawnedProgram(
      ["/usr/bin/env", "-C", folder, executable] + arguments, environment: environment
    ) { actions in
      for (number, descriptor) in streams.enumerated() {
        posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
      }
    }
  }

  deinit {
    if !isReaped { program.kill() }
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
  }

  package func signal(_ number: Int32) { program.signal(number) }

  /// Reads on until standard output has this text; false at the deadline or the end.
  package func waitForOutput(_ text: String, seconds: Double = 60) -> Bool {
    let deadline = monotonicSeconds() + seconds
    while !String(decoding: bytes[Stream.output.rawValue], as: UTF8.self).contains(text) {
      guard readSome(until: deadline) else { return false }
    }
    return true
  }

  /// What it has written to standard output by the last wait.
  package var outputSoFar: String {
    String(decoding: bytes[Stream.output.rawValue], as: UTF8.self)
  }

  /// Waits for the end.
  package func outcome(seconds: Double = 120) -> Outcome {
    let deadline = monotonicSeconds() + seconds
    while readSome(until: deadline) {}
    let isLate = descriptors.contains { $0 >= 0 }
    if isLate { program.signal(SIGKILL) }
    let end = program.end()
    isReaped = true
    return Outcome(
      output: String(decoding: bytes[Stream.output.rawValue], as: UTF8.self),
      errors: String(decoding: bytes[Stream.errors.rawValue], as: UTF8.self),
      ending: isLate ? .timedOut : end?.ending ?? .timedOut,
      processorSeconds: end?.processorSeconds ?? 0)
  }

  /// Reads what is there, waiting for it; false at the deadline and when both streams have ended.
  private func readSome(until deadline: Double) -> Bool {
    let open = Stream.allCases.filter { descriptors[$0.rawValue] >= 0 }
    guard !open.isEmpty else { return false }
    var files = open.map { pollfd(fd: descriptors[$0.rawValue], events: Int16(POLLIN), revents: 0) }
    let left = max(0, deadline - monotonicSeconds())
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
}
