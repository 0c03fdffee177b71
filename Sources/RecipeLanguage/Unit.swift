/// The units that may stand directly behind a number.
package enum Unit {
  /// Durations, in seconds.
  package static let seconds: [String: Double] = ["ms": 0.001, "s": 1, "m": 60, "h": 3600]

  /// Sizes, in bytes: powers of 1000, or of 1024 with an `i`.
  package static let bytes: [String: Double] = [
    "B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
    "KiB": 1024, "MiB": 1_048_576, "GiB": 1_073_741_824, "TiB": 1_099_511_627_776,
  ]

  /// Every unit, the way a message lists them.
  package static let all = [
    "ms", "s", "m", "h", "B", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB",
  ]

  /// Units of other languages and ours instead.
  static let habits = [
    "min": "m", "mins": "m", "minutes": "m", "sec": "s", "secs": "s", "seconds": "s", "hr": "h",
    "hours": "h", "k": "KB", "K": "KB", "M": "MB", "G": "GB", "g": "GB", "mb": "MB", "gb": "GB",
  ]
}
