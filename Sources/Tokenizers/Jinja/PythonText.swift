/// Python's rules for text, where Swift's differ: scalars instead of Characters, its own white space.
enum PythonText {
  /// What `str.isspace` and `str.strip` call white space.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    (0x1C...0x1F).contains(scalar.value) || scalar.properties.isWhitespace
  }

  static func stripped(
    _ text: String, of characters: String? = nil, start: Bool = true, end: Bool = true
  ) -> String {
    let set = characters.map { Set($0.unicodeScalars) }
    func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? isSpace(scalar) }
    var rest = Substring(text).unicodeScalars
    if start { rest = rest.drop(while: goes) }
    if end { while let last = rest.last, goes(last) { rest.removeLast() } }
    return String(rest)
  }

  /// The parts between the occurrences of `separator`, which is not empty; at most `limit` cuts.
  static func split(_ text: String, by separator: String, limit: Int = .max) -> [String] {
    let bytes = Array(text.utf8)
    var parts: [String] = []
    var start = 0
    while parts.count < limit,
      let found = firstRange(of: Array(separator.utf8), in: bytes, from: start)
    {
      parts.append(String(decoding: bytes[start..<found.lowerBound], as: UTF8.self))
      start = found.upperBound
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }

  /// The words between white space, as `str.split()` gives them.
  static func words(_ text: String) -> [String] {
    text.unicodeScalars.split(whereSeparator: isSpace).map { String($0) }
  }

  static func contains(_ text: String, _ part: String) -> Bool {
    firstRange(of: Array(part.utf8), in: Array(text.utf8), from: 0) != nil
  }

  /// Python's `repr` of a string.
  static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\\": result += "\\\\"
      case quote: result += "\\" + String(quote)
      case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
      default: result += escaped(scalar)
      }
    }
    return result + String(quote)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    let (letter, count) =
      scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: count - digits.count) + digits
  }
}
