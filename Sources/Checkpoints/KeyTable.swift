import Files
import Files
import Files
import Files
import Files

/// What is known of the keys of one kind of file. A key is read, or has values that change nothing, or
/// says nothing that a number depends on; whatever else a file holds is refused by name, since nobody
/// knows what it would change.
package struct KeyTable: Sendable {
  /// What becomes of a key.
  package enum Rule: Sendable {
    /// The loader reads it; nil (in JSON `null`) stands for the default where `allowsNull`.
    case read(Kind, allowsNull: Bool = false)
    /// With one of these values it changes nothing; Skillet has no other.
    case only([JSONValue])
    /// Changes no number that Skillet computes: names, versions, dates, settings that recipes state.
    case ignored
  }

  /// The values that a key that is read may have.
  package enum Kind: Sendable {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A number that is written with a fraction or an exponent, as 1e-05 is.
    case fraction(ClosedRange<Double>)
    case bool
    case text
    /// One of these words.
    case word([String])
    /// A list of such words.
    case words([String])
    /// A token's number, or a list of them.
    case tokens
    case object
    /// Checked where it is read.
    case any
  }

  /// One line of the table.
  package struct Entry: Sendable {
    package let key: String
    package let rule: Rule
    /// What to do about a value that Skillet does not have; nil for what the table says.
    package let fix: String?

    package init(_ key: String, _ rule: Rule, fix: String? = nil) {
      self.key = key
      self.rule = rule
      self.fix = fix
    }
  }

  package let entries: [Entry]
  /// Beginnings of keys that are ignored unless they have an entry of their own.
  package let ignoredPrefixes: [String]
  /// Whether 0 and 0.0 are different values, as in a format with types.
  private let isTyped: Bool
  /// What to do about a value that Skillet does not have.
  private let fix: String

  package init(
    _ entries: [Entry], ignoring names: [String] = [], prefixes: [String] = [],
    isTyped: Bool = false, fix: String
  ) {
    self.entries = entries + names.map { Entry($0, .ignored) }
    ignoredPrefixes = prefixes
    self.isTyped = isTyped
    self.fix = fix
  }

  /// The rule of a key; nil where nobody knows it.
  package func rule(of key: String) -> Rule? {
    if let entry = entries.first(where: { $0.key == key }) { return entry.rule }
    return ignoredPrefixes.contains(where: key.hasPrefix) ? .ignored : nil
  }

  /// So many keys that are refused are told at once: a file may have any number of them.
  package static let mostTold = 8

  /// Checks every member of a JSON object, which stands in the file itself or under the key `place`, and
  /// tells of all that are refused.
  package func check(
    _ object: JSONObject, of place: String? = nil, file: String
  ) throws(FileError) {
    var errors = FileErrors()
    for member in object.members where errors.all.count < Self.mostTold {
      _ = errors.gather { () throws(FileError) in
        try check(member.key, of: place, file: file) { member.value }
      }
    }
    try errors.check()
  }

  /// Checks one key; `value` is asked for only where it matters.
  package func check(
    _ key: String, of place: String? = nil, file: String, value: () -> JSONValue
  ) throws(FileError) {
    let name = place.map { "\($0).\(key)" } ?? key
    switch rule(of: key) {
    case .ignored: return
    case .read(let kind, let allowsNull):
      let value = value()
      if kind.contains(value) || allowsNull && value.isNull { return }
      throw FileError(
        .malformed, file: file,
        cause: "\"\(name)\" is \(value.excerpt), and should be \(kind)"
          + (allowsNull ? " or null" : ""),
        fix: "take the file from the model's own folder, or convert the model again")
    case .only(let values):
      let value = value()
      if values.contains(where: { isTyped ? $0 == value : $0.means(value) }) { return }
      let known = values.map(\.excerpt).joined(separator: " or ")
      throw FileError(
        .unsupported, file: file,
        cause: "\"\(name)\" is \(value.excerpt), and Skillet reads no other than \(known)",
        fix: entries.first { $0.key == key }?.fix ?? fix)
    case nil:
      throw FileError(
        .unsupported, file: file,
        cause: "the key \"\(name)\" is not known, so what \(value().excerpt) changes is not either",
        fix: "if it changes nothing, for example as a comment, remove it; otherwise \(fix)")
    }
  }
}

extension KeyTable.Kind {
  package func contains(_ value: JSONValue) -> Bool {
    switch (self, value) {
    case (.integer(let range), .int(let value)): range.contains(value)
    case (.number(let range), .int), (.number(let range), .double),
      (.fraction(let range), .double):
      value.double.map(range.contains) ?? false
    case (.bool, .bool), (.text, .string), (.object, .object), (.any, _), (.tokens, .int): true
    case (.word(let words), .string(let text)): words.contains(text)
    case (.words(let words), .array(let list)):
      list.allSatisfy { $0.string.map(words.contains) ?? false }
    case (.tokens, .array(let list)):
      list.allSatisfy { if case .int = $0 { true } else { false } }
    default: false
    }
  }
}

extension KeyTable.Kind: CustomStringConvertible {
  package var description: String {
    switch self {
    case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range), .fraction(let range):
      switch (range.lowerBound, range.upperBound) {
      case (.leastNonzeroMagnitude, _): "a number above 0"
      case (let least, Double(Float.greatestFiniteMagnitude)...): "a number of at least \(least)"
      default: "a number from \(range.lowerBound) to \(range.upperBound)"
      }
    case .bool: "true or false"
    case .text: "a text"
    case .word(let words): words.map { "\"\($0)\"" }.joined(separator: " or ")
    case .words(let words): "a list of " + words.map { "\"\($0)\"" }.joined(separator: " or ")
    case .tokens: "a token's number or a list of them"
    case .object: "an object"
    case .any: "anything"
    }
  }
}

extension JSONValue {
  /// Whether both say the same: a number may be written with or without a fraction.
  package func means(_ other: JSONValue) -> Bool {
    if let number = double, let otherNumber = other.double { return number == otherNumber }
    return self == other
  }

  /// The value as JSON, cut where it is long.
  package var excerpt: String {
    if case .double(let number) = self, !number.isFinite { return "\(number)" }
    let text = text()
    return text.utf8.count > 60 ? String(text.prefix(57)) + "…" : text
  }
}
