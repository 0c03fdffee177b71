/// A class of characters in a regular expression: `\p{L}`, `[^\r\n]`.
struct CharacterSet: Equatable, Sendable {
  enum Item: Equatable, Sendable {
    case range(ClosedRange<UInt32>)
    /// General categories, a bit each.
    case categories(UInt32)
    /// `\s`: Unicode's White_Space.
    case whiteSpace
    /// `\w` of Oniguruma: what is alphabetic, marks, decimal digits, connectors, and the superscripts and
    /// fractions of Latin-1.
    case word
    /// Unicode's Alphabetic.
    case alphabetic
    indirect case nested(CharacterSet)
  }

  private let items: [Item]
  private let isNegated: Bool
  /// What all must contain as well.
  private let narrowing: [CharacterSet]
  /// Which of the characters below 128 are in it, a bit each.
  private let low: UInt64
  private let high: UInt64

  init(_ items: [Item], isNegated: Bool = false, narrowing: [CharacterSet] = []) {
    self.items = items
    self.isNegated = isNegated
    self.narrowing = narrowing
    var bits: [UInt64] = [0, 0]
    for value in 0..<128 {
      let scalar = Unicode.Scalar(UInt8(value))
      if Self.decides(items, narrowing, scalar) != isNegated {
        bits[value / 64] |= 1 << UInt64(value % 64)
      }
    }
    (low, high) = (bits[0], bits[1])
  }

  /// One character, and where case is ignored those that fold to the same.
  init(_ scalar: Unicode.Scalar, ignoringCase: Bool) {
    var all = [scalar]
    if ignoringCase {
      let properties = scalar.properties
      let cases = [properties.lowercaseMapping, properties.uppercaseMapping]
      all += cases.compactMap { $0.unicodeScalars.count == 1 ? $0.unicodeScalars.first : nil }
      // The two letters beyond ASCII that fold to letters of ASCII.
      if all.contains("s") { all.append("\u{17F}") }
      if all.contains("k") { all.append("\u{212A}") }
    }
    self.init(all.map { .range($0.value...$0.value) })
  }

  static let any = CharacterSet([], isNegated: true)
  /// All but line ends: `.`.
  static let anyInLine = CharacterSet([.range(10...10)], isNegated: true)

  @inline(__always)
  func contains(ascii byte: UInt8) -> Bool {
    (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte & 63)) & 1 == 1
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return contains(ascii: UInt8(truncatingIfNeeded: scalar.value)) }
    return Self.decides(items, narrowing, scalar) != isNegated
  }

  private static let latinNumbers: Set<UInt32> = [0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE]

  private static func decides(
    _ items: [Item], _ narrowing: [CharacterSet], _ scalar: Unicode.Scalar
  ) -> Bool {
    var category: UInt32?
    let isIn = items.contains { item in
      switch item {
      case .range(let range): return range.contains(scalar.value)
      case .categories(let mask):
        let bit = category ?? GeneralCategories.bit(of: scalar)
        category = bit
        return mask & bit != 0
      case .whiteSpace: return scalar.properties.isWhitespace
      case .word:
        let isJoiner = scalar == "\u{200C}" || scalar == "\u{200D}"
        return !isJoiner && CharacterClass.isWord(scalar)
          || Self.latinNumbers.contains(scalar.value)
      case .alphabetic: return scalar.properties.isAlphabetic
      case .nested(let set): return set.contains(scalar)
      }
    }
    return isIn && narrowing.allSatisfy { $0.contains(scalar) }
  }
}

/// Unicode's general categories as bits.
enum GeneralCategories {
  private static let names: [(name: String, category: Unicode.GeneralCategory)] = [
    ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter),
    ("Lm", .modifierLetter), ("Lo", .otherLetter), ("Mn", .nonspacingMark), ("Mc", .spacingMark),
    ("Me", .enclosingMark), ("Nd", .decimalNumber), ("Nl", .letterNumber), ("No", .otherNumber),
    ("Pc", .connectorPunctuation), ("Pd", .dashPunctuation), ("Ps", .openPunctuation),
    ("Pe", .closePunctuation), ("Pi", .initialPunctuation), ("Pf", .finalPunctuation),
    ("Po", .otherPunctuation), ("Sm", .mathSymbol), ("Sc", .currencySymbol),
    ("Sk", .modifierSymbol), ("So", .otherSymbol), ("Zs", .spaceSeparator),
    ("Zl", .lineSeparator), ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format),
    ("Cs", .surrogate), ("Co", .privateUse), ("Cn", .unassigned),
  ]

  /// The bits of a name such as `Lu`, or of all that begin with it, such as `L`; nil if none does.
  static func mask(named name: String) -> UInt32? {
    let mask = names.enumerated().reduce(UInt32(0)) { mask, entry in
      entry.element.name.hasPrefix(name) ? mask | 1 << UInt32(entry.offset) : mask
    }
    return name.isEmpty || mask == 0 ? nil : mask
  }

  static func bit(of scalar: Unicode.Scalar) -> UInt32 {
    let category = scalar.properties.generalCategory
    return switch category {
    case .uppercaseLetter: 1 << 0
    case .lowercaseLetter: 1 << 1
    case .titlecaseLetter: 1 << 2
    case .modifierLetter: 1 << 3
    case .otherLetter: 1 << 4
    case .nonspacingMark: 1 << 5
    default: 1 << UInt32(names.firstIndex { $0.category == category } ?? 31)
    }
  }
}
