import RecipeLanguage
import Sessions

/// How a value is written into a recipe as what is expected.
enum RecordedValue {
  /// `== 512`, `~= 2.306 within 0.001`; nil for what has no such text: records, tables, NaN.
  ///
  /// A number with decimals is written with four digits, and may differ by one in the last of them.
  static func expectation(of value: Value) -> String? {
    switch value {
    case .float(0): return "~= 0 within 1e-6"
    case .float(let number):
      guard number.isFinite else { return nil }
      let text = NumberText.significant(number)
      return "~= \(text) within \(lastPlace(of: text))"
    case .percent(let share):
      guard share.isFinite else { return nil }
      return "~= \(NumberText.significant(share * 100))% within 0.1%"
    default: return exact(value).map { "== \($0)" }
    }
  }

  /// Text that reads back as an equal value.
  static func exact(_ value: Value) -> String? {
    switch value {
    case .record, .table: return nil
    case .float(let number), .percent(let number), .duration(let number):
      return number.isFinite ? value.source : nil
    // a word that no argument takes means nothing in an expression
    case .word(let word):
      return VerbCatalog.standard.words.contains(word) ? word : NumberText.quoted(word)
    case .list(let values):
      let texts = values.compactMap { exact($0) }
      return texts.count == values.count ? "[" + texts.joined(separator: ", ") + "]" : nil
    default: return value.source
    }
  }

  /// The text of a number in place of an older one: with as many decimals, and more where rounding
  /// would take a tenth of the tolerance, which is there for later runs.
  static func number(_ value: Value, replacing old: String, within tolerance: Value) -> String? {
    guard let number = value.number, number.isFinite else { return nil }
    let isPercent = if case .percent = value { true } else { false }
    let shown = isPercent ? number * 100 : number
    let texts =
      [NumberText.fixed(shown, decimals: decimals(of: old))]
      + [4, 6, 9].map { NumberText.significant(shown, digits: $0) } + ["\(shown)"]
    return texts.map { isPercent ? $0 + "%" : $0 }.first { text in
      ParameterValue.literal(text).map {
        Expectations.near(value, $0, within: tolerance, share: 0.1)
      } == true
    }
  }

  private static func decimals(of text: String) -> Int {
    guard let point = text.firstIndex(of: ".") else { return 0 }
    return text[text.index(after: point)...].prefix { $0.isNumber }.count
  }

  /// One in the last place: 0.001 for 2.306, 1e-8 for 1.234e-05.
  private static func lastPlace(of text: String) -> String {
    let places = decimals(of: text)
    let exponent = text.split(separator: "e").dropFirst().first.flatMap { Int($0) } ?? 0
    if exponent != 0 || places > 4 { return "1e\(exponent - places)" }
    return places == 0 ? "1" : "0." + String(repeating: "0", count: places - 1) + "1"
  }
}
