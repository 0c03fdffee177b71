import Glibc

/// Numbers that the terminal's own drawings have: axes, counts of rows, clocks. Values of the language
/// come as text.
package enum HumanFormat {
  /// A number with this many decimals; `not a number` and `∞` where there is none.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else {
      return value.isNaN ? "not a number" : value < 0 ? "-∞" : "∞"
    }
    return grouped(formatted("%.*f", Int32(clamping: decimals), value))
  }

  /// A number with this many significant digits: `0.001234`, `1.234`, `1,234`, `1.234e-07`.
  package static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite, value != 0 else { return fixed(value, decimals: 0) }
    let exponent = Int(log10(abs(value)).rounded(.down))
    if exponent < -4 || exponent > 11 {
      return formatted("%.*e", Int32(clamping: digits - 1), value)
    }
    return fixed(value, decimals: max(0, digits - 1 - exponent))
  }

  /// A whole number with its thousands separated by commas.
  package static func count(_ value: Int) -> String { grouped(String(value)) }

  /// A clock that runs: `0:42`, `12:05`, `1:03:20`.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return "–:––" }
    let whole = max(0, Int(seconds.rounded()))
    let (minutes, rest) = (whole / 60, twoDigits(whole % 60))
    if minutes < 60 { return "\(minutes):\(rest)" }
    return "\(minutes / 60):\(twoDigits(minutes % 60)):\(rest)"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func formatted(_ format: String, _ digits: Int32, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 400)
    let length = withVaList([min(max(digits, 0), 40), value]) {
      vsnprintf(&buffer, buffer.count, format, $0)
    }
    let bytes = buffer.prefix(max(0, min(Int(length), buffer.count - 1)))
    return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static func grouped(_ number: String) -> String {
    let sign = number.hasPrefix("-") ? "-" : ""
    let digits = number.dropFirst(sign.count).prefix { $0 != "." }
    let rest = number.dropFirst(sign.count + digits.count)
    var groups: [Substring] = []
    var left = digits
    while left.count > 3 {
      groups.insert(left.suffix(3), at: 0)
      left = left.dropLast(3)
    }
    groups.insert(left, at: 0)
    return sign + groups.joined(separator: ",") + rest
  }
}
