import Glibc

/// How the process ends, for scripts.
enum ExitStatus: Int32, Error {
  case good = 0
  /// A run or an assertion failed.
  case failed = 1
  case wrongUsage = 64
  case badRecipe = 65
  /// An input file is missing or malformed.
  case badInput = 66
  case interrupted = 130

  static func end(_ status: ExitStatus) -> Never {
    exit(status.rawValue)
  }
}
