import Glibc
import Sessions
import Terminals

/// How the process ends, for scripts.
enum ExitStatus: Int32, Error {
  case good = 0
  /// A run or an assertion failed, or something could not be written.
  case failed = 1
  case wrongUsage = 64
  case badRecipe = 65
  /// An input file is missing or malformed.
  case badInput = 66
  case interrupted = 130
  /// 128 and the number of the signal that ended it, as shells have it.
  case hungUp = 129
  case terminated = 143

  /// Ends the process. Results that did not reach standard output are a failure, whatever else was good.
  static func end(_ status: ExitStatus) -> Never {
    let error = OutputStreams.standard().error
    guard let number = StandardOutput.error, status == .good || status == .interrupted else {
      exit(status.afterSignal.rawValue)
    }
    // who closes a pipe early, like `head`, has what it wants
    if number != EPIPE {
      error.writeLine(
        unsafe "skillet: standard output cannot be written: \(String(cString: strerror(number)))")
    } else if status == .interrupted {
      error.writeLine("skillet: stopped, since nobody reads standard output any more")
    }
    exit((Interruption.endingSignal == nil ? .failed : status.afterSignal).rawValue)
  }

  private var afterSignal: ExitStatus {
    guard self == .interrupted, let signal = Interruption.endingSignal else { return self }
    return ExitStatus(rawValue: 128 + signal) ?? self
  }
}
