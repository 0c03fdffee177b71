/// Reads the text of a number token.
enum NumberReader {
  /// The value of digits and unit, or nothing when it is too large to hold.
  static func read(_ text: String, as kind: TokenKind) -> Expression.Kind? {
    let plain = text.filter { $0 != "_" }
    switch kind {
    case .integer: return Int(plain).map { .integer($0) }
    case .float: return finite(plain).map { .float($0) }
    case .percent: return finite(plain.dropLast()).map { .percent($0 / 100) }
    case .duration:
      let (digits, unit) = split(plain)
      guard let factor = Unit.seconds[unit], let number = finite(digits) else { return nil }
      return (number * factor).isFinite ? .duration(number * factor) : nil
    case .size:
      let (digits, unit) = split(plain)
      guard let factor = Unit.bytes[unit], let number = finite(digits) else { return nil }
      return Int(exactly: (number * factor).rounded()).map { .size($0) }
    default: return nil
    }
  }

  private static func finite(_ text: some StringProtocol) -> Double? {
    Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// `1.5e3ms` as `1.5e3` and `ms`; an exponent is followed by digits, so it is no unit.
  private static func split(_ text: String) -> (String, String) {
    var unit = ""
    var digits = text[...]
    while let last = digits.last, last.isLetter {
      unit.insert(last, at: unit.startIndex)
      digits = digits.dropLast()
    }
    return (String(digits), unit)
  }
}
