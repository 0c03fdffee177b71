import Files

/// What the values of a column are, whichever format stores them.
enum Scalar: Equatable {
  case null, boolean
  /// Whole numbers; unsigned ones of 64 bits are kept by their bits.
  case signed, unsigned
  case floating
  case text
  /// Whole numbers that are to be divided by a power of ten.
  case decimal(scale: Int)
  case date
  /// Counts of a part of a second, since midnight.
  case time(perSecond: Int)
  /// Counts of a part of a second, since 1970; of UTC, or of a clock that nobody named.
  case timestamp(perSecond: Int, isUTC: Bool)

  /// The value that a whole number stands for: a number by its digits, a point in time as ISO 8601 writes it.
  func value(of number: Int64) -> JSONValue {
    switch self {
    case .boolean: .bool(number != 0)
    case .unsigned: .digits(String(UInt64(bitPattern: number)))
    case .decimal(let scale): .digits(Self.decimal(Int128(number), scale: scale))
    case .date: .string(Calendar.date(ofDay: Int(number)))
    case .time(let perSecond): .string(Calendar.time(of: Int(number), perSecond: perSecond))
    case .timestamp(let perSecond, let isUTC):
      .string(
        Calendar.timestamp(of: Int(number), perSecond: perSecond) + (isUTC ? "+00:00" : ""))
    default: .digits(String(number))
    }
  }

  /// As Python's json writes it, which has a word for infinity; what is no number is a missing value, as in
  /// pandas.
  static func value(of number: Double) -> JSONValue {
    if number.isNaN { return .null }
    if number.isInfinite { return .digits(number < 0 ? "-Infinity" : "Infinity") }
    return .digits("\(number)")
  }

  /// A whole number with the point moved to the left, or zeros in its place.
  static func decimal(_ number: Int128, scale: Int) -> String {
    let digits = String(number.magnitude)
    let sign = number < 0 ? "-" : ""
    guard scale > 0 else {
      return sign + digits + (number == 0 ? "" : String(repeating: "0", count: -scale))
    }
    let padded = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
    return sign + padded.dropLast(scale) + "." + padded.suffix(scale)
  }

  /// How far the point of a decimal may be moved.
  static let scales = -76...76
}

/// Days and seconds as ISO 8601 writes them, as Python's `isoformat` does.
enum Calendar {
  /// The day that many days after 1 January 1970, in the Gregorian calendar.
  ///
  /// After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (`civil_from_days`).
  static func date(ofDay day: Int) -> String {
    let shifted = day + 719_468
    let era = floor(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return padded(year, 4) + "-" + padded(month, 2) + "-"
      + padded(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2)
  }

  static func time(of count: Int, perSecond: Int) -> String {
    let seconds = floor(count, perSecond)
    // right also where the second begins before the first count
    let part = count &- seconds &* perSecond
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
    guard part != 0 else { return clock.joined(separator: ":") }
    let billionths = part * (1_000_000_000 / perSecond)
    let fraction =
      billionths.isMultiple(of: 1000) ? padded(billionths / 1000, 6) : padded(billionths, 9)
    return clock.joined(separator: ":") + "." + fraction
  }

  static func timestamp(of count: Int, perSecond: Int) -> String {
    let day = floor(floor(count, perSecond), 86_400)
    // the rest of the day, without an overflow where the day begins before the first count
    let rest = count &- day &* 86_400 &* perSecond
    return date(ofDay: day) + "T" + time(of: rest, perSecond: perSecond)
  }

  private static func floor(_ number: Int, _ divisor: Int) -> Int {
    number / divisor - (number % divisor < 0 ? 1 : 0)
  }

  private static func padded(_ number: Int, _ length: Int) -> String {
    let digits = String(abs(number))
    return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, length - digits.count))
      + digits
  }
}
