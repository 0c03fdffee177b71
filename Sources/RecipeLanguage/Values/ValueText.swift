import Glibc

/// Values as people read them: significant digits, units, thousands separators.
extension Value {
  /// One line for a card, a table cell or an interpolation.
  package var display: String {
    switch self {
    case .none: "none"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): NumberText.grouped(value)
    case .float(let value): NumberText.separated(value)
    case .percent(let value): NumberText.significant(value * 100, digits: 4) + "%"
    case .duration(let value): NumberText.duration(value)
    case .size(let value): NumberText.size(value)
    case .string(let value): value
    case .word(let value): value
    case .list(let values): "[" + values.map(\.display).joined(separator: ", ") + "]"
    case .record(let record):
      "{" + record.fields.map { "\($0.name): \($0.value.display)" }.joined(separator: ", ") + "}"
    case .table(let table): "\(table.rows.count) rows"
    }
  }

  /// The value as recipe text that reads back as the same value.
  package var source: String {
    switch self {
    case .none: "none"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .float(let value): "\(value)"
    case .percent(let value): NumberText.percent(value)
    case .duration(let value): NumberText.shortest(value) + "s"
    case .size(let value): "\(value)B"
    case .string(let value): NumberText.quoted(value)
    case .word(let value): value
    case .list(let values): "[" + values.map(\.source).joined(separator: ", ") + "]"
    case .record(let record):
      "{"
        + record.fields.map { "\(NumberText.fieldName($0.name)): \($0.value.source)" }
        .joined(separator: ", ") + "}"
    case .table: display
    }
  }

  /// The text that `{name}` becomes inside a string: as typed, without separators.
  package var interpolated: String {
    switch self {
    case .string(let value), .word(let value): value
    case .float(let value): NumberText.shortest(value)
    default: source
    }
  }
}

/// How numbers are written.
package enum NumberText {
  /// 1234567 as 1,234,567.
  package static func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }

  /// A number with four significant digits, thousands separated: 29092.3 as 29,092.
  package static func separated(_ value: Double) -> String {
    let text = significant(value)
    return Int(text).map(grouped) ?? text
  }

  /// A number with the given significant digits, in e-notation when very small or large.
  package static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "infinity" : "-infinity" }
    guard value != 0 else { return "0" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    if exponent < -4 || exponent > 8 { return formatted(value, "%.\(max(0, digits - 1))e") }
    return formatted(value, "%.\(max(0, digits - 1 - exponent))f")
  }

  /// A number with the given decimals.
  package static func fixed(_ value: Double, decimals: Int) -> String {
    formatted(value, "%.\(min(max(0, decimals), 17))f")
  }

  /// The shortest text that reads back as the same number, without a needless ".0".
  package static func shortest(_ value: Double) -> String {
    guard value.isFinite else { return significant(value) }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The percentage that reads back as the same share: 110% for 1.1, by its digits, as a product with
  /// 100 would be rounded.
  static func percent(_ share: Double) -> String {
    let sign = share < 0 ? "-" : ""
    let text = "\(share.magnitude)"
    if let mark = text.firstIndex(of: "e"), let exponent = Int(text[mark...].dropFirst()) {
      return "\(sign)\(text[..<mark])e\(exponent + 2)%"
    }
    let halves = text.split(separator: ".")
    guard halves.count == 2 else { return sign + text + "%" }
    let decimals = halves[1].count < 2 ? halves[1] + "0" : halves[1]
    let whole = (halves[0] + decimals.prefix(2)).drop { $0 == "0" }
    let rest = decimals.dropFirst(2)
    return sign + (whole.isEmpty ? "0" : whole) + (rest.isEmpty ? "" : "." + rest) + "%"
  }

  /// 0.5 s, 42 s, 3m 20s, 2h 05m.
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return significant(seconds) + " s" }
    if seconds > 0, seconds < 0.01 { return significant(seconds * 1000, digits: 2) + " ms" }
    if seconds < 1 { return significant(seconds, digits: 2) + " s" }
    if seconds < 60 { return significant(seconds, digits: 3) + " s" }
    let whole = Int(seconds.rounded())
    if whole < 3600 { return "\(whole / 60)m \(padded(whole % 60))s" }
    return "\(whole / 3600)h \(padded(whole / 60 % 60))m"
  }

  /// 812 B, 4.1 kB, 98.4 MB, 1.20 GB.
  package static func size(_ bytes: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while abs(value) >= 999.5, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return (unit == 0 ? String(bytes) : significant(value, digits: 3)) + " " + units[unit]
  }

  /// Text in quotes with the escapes of the language.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case "{": result += "{{"
      case "}": result += "}}"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += "\\u{" + String(scalar.value, radix: 16) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The name of a field as recipes write it: in quotes where it is not of letters, digits and `_`.
  package static func fieldName(_ name: String) -> String {
    let isPlain =
      name.utf8.first?.isNameStart == true
      && name.utf8.allSatisfy { $0.isNameStart || $0.isDigit }
    return isPlain ? name : quoted(name)
  }

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }

  private static func formatted(_ value: Double, _ format: String) -> String {
    unsafe withVaList([value]) { arguments in
      var buffer = [CChar](repeating: 0, count: 64)
      let length = unsafe vsnprintf(&buffer, buffer.count, format, arguments)
      return String(decoding: buffer.prefix(max(0, Int(length))).map(UInt8.init), as: UTF8.self)
    }
  }
}
