/// Reads the text of a number token.
enum NumberReader {
  /// The value of digits and unit, or nothing when it is too large to hold.
  static func read(_ text: String, as kind: TokenKind) -> Expression.Kind? {
    let plain = text.filter { $0 != "_" }
    switch kind {
    case .integer: return Int(plain).map { .integer($0) }
    case .float: return finite(plain).map { .float($0) }
    case .percent: return finite(hundredth(of: plain.dropLast())).map { .percent($0) }
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

  /// The text of a number with its decimal point moved, so that it is rounded once.
  private static func hundredth(of text: Substring) -> String {
    let parts = text.lowercased().split(separator: "e")
    guard parts.count == 2 else { return text + "e-2" }
    // an exponent of so many digits that it overflows makes 0 or infinity with or without this
    let exponent = Int(parts[1]).map { $0 &- 2 }.map(String.init) ?? String(parts[1])
    return "\(parts[0])e\(exponent)"
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
