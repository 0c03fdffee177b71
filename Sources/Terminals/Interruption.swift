import CEditLine

/// Ctrl-C while a job runs. The signal handler only sets a number; the job asks for it between steps.
package enum Interruption {
  package enum Level: Int32, Comparable, Sendable {
    /// Nothing was pressed.
    case none
    /// Stop after the current step and keep what was learnt.
    case stop
    /// A second press within two seconds: give up the current step as well.
    case abort

    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// Makes Ctrl-C, SIGHUP and SIGTERM requests instead of the end of the process, and every other end of
  /// the process give the terminal back first. Calling it again does nothing.
  ///
  /// - Returns: false if the system has no pipe left; Ctrl-C then still ends the process.
  @discardableResult
  package static func install() -> Bool { cedit_signals_install() }

  /// What was asked for since the last `reset`. May be read from any thread, at any rate.
  package static var level: Level { Level(rawValue: cedit_interrupts()) ?? .abort }

  /// Whether work is to stop at the next safe place: it was asked for, or nobody can read what it says.
  package static var isRequested: Bool { level != .none || StandardOutput.isLost }

  /// The signal that asked the process to end, SIGHUP or SIGTERM; nil while there was none.
  package static var endingSignal: Int32? {
    let number = cedit_ending_signal()
    return number == 0 ? nil : number
  }

  /// Forgets what was asked for: at the start of every job.
  package static func reset() { cedit_interrupts_reset() }

  /// Runs a job: earlier requests are forgotten, and typing is not echoed over its progress line.
  /// What was typed meanwhile is there at the next prompt.
  package static func job<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    reset()
    cedit_job_begin()
    defer { cedit_job_end() }
    return try body()
  }
}
