import Glibc

/// Numbers as people read them: a fixed number of digits, thousands separated, units always shown.
/// JSON and recipes never come through here; they keep full precision.
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

  /// Decimal units with three significant digits: `512 bytes`, `98.4 MB`, `1.36 GB`.
  package static func bytes(_ value: Int) -> String {
    if value.magnitude < 1_000 { return value == 1 ? "1 byte" : "\(value) bytes" }
    var scaled = Double(value) / 1_000
    var units = ["kB", "MB", "GB", "TB", "PB"][...]
    while abs(scaled) >= 999.5, units.count > 1 {
      scaled /= 1_000
      units = units.dropFirst()
    }
    return "\(threeDigits(scaled)) \(units.first ?? "EB")"
  }

  /// A time span: `350 ms`, `4.2 s`, `42 s`, `3 min 12 s`, `1 h 05 min`.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return fixed(seconds, decimals: 0) }
    if seconds < 0.9995 { return fixed(seconds * 1_000, decimals: 0) + " ms" }
    if seconds < 9.95 { return fixed(seconds, decimals: 1) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3_600 { return "\(whole / 60) min \(twoDigits(whole % 60)) s" }
    let minutes = (whole + 30) / 60
    return "\(count(minutes / 60)) h \(twoDigits(minutes % 60)) min"
  }

  /// A clock that runs: `0:42`, `12:05`, `1:03:20`.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return "–:––" }
    let whole = max(0, Int(seconds.rounded()))
    let (minutes, rest) = (whole / 60, twoDigits(whole % 60))
    if minutes < 60 { return "\(minutes):\(rest)" }
    return "\(minutes / 60):\(twoDigits(minutes % 60)):\(rest)"
  }

  /// A share: 0.034 is `3.4 %`.
  package static func percent(_ share: Double) -> String {
    significant(share * 100, digits: abs(share) >= 0.1 ? 3 : 2) + " %"
  }

  private static func threeDigits(_ value: Double) -> String {
    let size = abs(value)
    return fixed(value, decimals: size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)
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
