/// A moment that templates may write, as a recipe gives it: `2026-11-26`, or `2026-11-26 14:05:09`.
package struct TemplateDate: Equatable, Hashable, Sendable {
  /// The text that it was read from.
  package let text: String
  private let year: Int
  private let month: Int
  private let day: Int
  /// Hour, minute and second; nil if only the day is known.
  private let time: [Int]?

  package init(_ text: String) throws(TemplateDateError) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard let day = Self.numbers(parts[0], "-", [4, 2, 2]),
      (1...9999).contains(day[0]), (1...12).contains(day[1]),
      (1...Self.days(inMonth: day[1], of: day[0])).contains(day[2]), parts.count <= 2
    else { throw TemplateDateError(text: text) }
    var time: [Int]?
    if parts.count == 2 {
      time = Self.numbers(parts[1], ":", [2, 2, 2])
      guard let time, time[0] < 24, time[1] < 60, time[2] < 60 else {
        throw TemplateDateError(text: text)
      }
    }
    self.text = text
    (year, month, self.day, self.time) = (day[0], day[1], day[2], time)
  }

  /// Numbers of these many digits.
  private static func numbers(
    _ text: Substring, _ separator: Character, _ lengths: [Int]
  ) -> [Int]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == lengths,
      parts.allSatisfy({ $0.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } })
    else { return nil }
    return parts.compactMap { Int($0) }
  }

  private static func isLeap(_ year: Int) -> Bool {
    year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
  }

  private static func days(inMonth month: Int, of year: Int) -> Int {
    month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  // MARK: Writing

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
  ]

  private var dayOfYear: Int {
    (1..<month).reduce(day) { $0 + Self.days(inMonth: $1, of: year) }
  }

  /// From 0, a Sunday (Zeller's congruence over whole days).
  private var weekday: Int {
    let before = year - 1
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear) % 7
  }

  /// The most bytes of what a date is asked for in.
  static let longestFormat = 1000

  /// Python's `strftime` in its own locale; nil for a directive that is not known, or that needs a time
  /// where none was given.
  func formatted(_ format: String) -> String? {
    var result = ""
    var rest = Substring(format).unicodeScalars
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      var isPadded = true
      if rest.first == "-" {
        rest.removeFirst()
        isPadded = false
      }
      guard let directive = rest.popFirst(), let text = text(of: directive, isPadded) else {
        return nil
      }
      result += text
    }
    return result
  }

  private func text(of directive: Unicode.Scalar, _ isPadded: Bool) -> String? {
    func padded(_ number: Int, _ width: Int = 2) -> String {
      let digits = String(number)
      return isPadded
        ? String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits : digits
    }
    switch directive {
    case "Y": return String(year)
    case "y": return padded(year % 100)
    case "m": return padded(month)
    case "d": return padded(day)
    case "e": return (isPadded && day < 10 ? " " : "") + String(day)
    case "j": return padded(dayOfYear, 3)
    case "B": return Self.months[month - 1]
    case "b", "h": return String(Self.months[month - 1].prefix(3))
    case "A": return Self.weekdays[weekday]
    case "a": return String(Self.weekdays[weekday].prefix(3))
    case "w": return String(weekday)
    case "u": return String(weekday == 0 ? 7 : weekday)
    case "F": return formatted("%Y-%m-%d")
    case "D", "x": return formatted("%m/%d/%y")
    case "%": return "%"
    default: break
    }
    guard let time else { return nil }
    switch directive {
    case "H": return padded(time[0])
    case "I": return padded((time[0] + 11) % 12 + 1)
    case "M": return padded(time[1])
    case "S": return padded(time[2])
    case "p": return time[0] < 12 ? "AM" : "PM"
    case "T", "X": return formatted("%H:%M:%S")
    case "R": return formatted("%H:%M")
    default: return nil
    }
  }
}

/// A text that is no date.
package struct TemplateDateError: Error, Equatable, CustomStringConvertible {
  let text: String

  package var description: String {
    "\"\(text.prefix(40))\" is no date; write it as 2026-11-26 or 2026-11-26 14:05:09"
  }
}
