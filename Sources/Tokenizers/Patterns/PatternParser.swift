/// Reads the regular expressions that tokenizers split text with: classes, groups, alternatives,
/// repetitions and looks around, as Oniguruma and ECMAScript both have them. Anything else is refused.
struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var ignoresCase = false
  private var depth = 0
  private let endsAtLines: Bool

  /// The most of what a pattern may have, so that none takes long to read.
  private static let deepest = 64
  private static let longest = 20_000
  private static let mostRepeats = 1000

  /// - Parameter endsAtLines: whether `^` and `$` are the ends of lines, not of the text.
  static func node(of text: String, endsAtLines: Bool) throws(TokenizerError) -> PatternNode {
    var parser = PatternParser(
      scalars: Array(text.unicodeScalars), endsAtLines: endsAtLines)
    guard parser.scalars.count <= longest else {
      throw TokenizerError(isUnsupported: true, "a pattern of \(parser.scalars.count) characters")
    }
    let node = try parser.choice()
    if parser.peek != nil { throw parser.unsupported("an unmatched )") }
    return node
  }

  private init(scalars: [Unicode.Scalar], endsAtLines: Bool) {
    self.scalars = scalars
    self.endsAtLines = endsAtLines
  }

  private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take() throws(TokenizerError) -> Unicode.Scalar {
    guard let next = peek else { throw unsupported("its end where something should follow") }
    position += 1
    return next
  }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard scalars[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  private func unsupported(_ what: String) -> TokenizerError {
    TokenizerError(isUnsupported: true, "\(what) at character \(position) of the pattern")
  }

  // MARK: Structure

  private mutating func choice() throws(TokenizerError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw unsupported("too deep a nesting") }
    var nodes = [try sequence()]
    while take("|") { nodes.append(try sequence()) }
    return nodes.count == 1 ? nodes[0] : .choice(nodes)
  }

  private mutating func sequence() throws(TokenizerError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let next = peek, next != "|", next != ")" {
      if try takeFlags() { continue }
      nodes.append(try repeated(try atom()))
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  /// `(?i)`, which holds to the end of the group.
  private mutating func takeFlags() throws(TokenizerError) -> Bool {
    guard take("(?i)") else { return false }
    ignoresCase = true
    return true
  }

  private mutating func repeated(_ node: PatternNode) throws(TokenizerError) -> PatternNode {
    guard let range = try repetition() else { return node }
    let kind: PatternNode.Repetition = take("?") ? .lazy : take("+") ? .possessive : .greedy
    if let next = peek, "*+?".unicodeScalars.contains(next) {
      throw unsupported("a repetition of a repetition")
    }
    if case .set = node {
    } else if node.shortest == 0 {
      throw unsupported("a repetition of what may be empty")
    }
    return .repeated(node, range, kind)
  }

  private mutating func repetition() throws(TokenizerError) -> ClosedRange<Int>? {
    if take("*") { return 0...Int.max }
    if take("+") { return 1...Int.max }
    if take("?") { return 0...1 }
    guard peek == "{" else { return nil }
    position += 1
    let least = number()
    var most = least
    if take(",") { most = peek == "}" ? Int.max : number() }
    guard take("}"), let low = least ?? (most == nil ? nil : 0), let high = most, low <= high,
      low <= Self.mostRepeats, high <= Self.mostRepeats || high == Int.max
    else { throw unsupported("a repetition in braces") }
    return low...high
  }

  private mutating func number() -> Int? {
    let start = position
    while let next = peek, "0"..."9" ~= next { position += 1 }
    let digits = String(String.UnicodeScalarView(scalars[start..<position]))
    return Int(digits)
  }

  private mutating func atom() throws(TokenizerError) -> PatternNode {
    let next = try take()
    switch next {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case ".": return .set(.anyInLine)
    case "^": return .boundary(endsAtLines ? .lineStart : .textStart)
    case "$": return .boundary(endsAtLines ? .lineEnd : .textEnd)
    case "\\": return try escape()
    case "*", "+", "?": throw unsupported("a repetition of nothing")
    default: return .set(CharacterSet(next, ignoringCase: ignoresCase))
    }
  }

  private mutating func group() throws(TokenizerError) -> PatternNode {
    let outer = ignoresCase
    defer { ignoresCase = outer }
    let wrap: (PatternNode) -> PatternNode
    if take("?:") {
      wrap = { $0 }
    } else if take("?i:") {
      ignoresCase = true
      wrap = { $0 }
    } else if take("?=") {
      wrap = { .look($0, isBehind: false, isNegated: false) }
    } else if take("?!") {
      wrap = { .look($0, isBehind: false, isNegated: true) }
    } else if take("?<=") {
      wrap = { .look($0, isBehind: true, isNegated: false) }
    } else if take("?<!") {
      wrap = { .look($0, isBehind: true, isNegated: true) }
    } else if take("?>") {
      wrap = { .atomic($0) }
    } else if peek == "?" {
      throw unsupported("a group of a kind that is not known")
    } else {
      wrap = { $0 }
    }
    let node = wrap(try choice())
    guard take(")") else { throw unsupported("a missing )") }
    if case .look(.set, true, _) = node { return node }
    if case .look(_, true, _) = node {
      throw unsupported("a look at more than one character before")
    }
    return node
  }
}

// MARK: - Characters

extension PatternParser {
  private mutating func escape() throws(TokenizerError) -> PatternNode {
    switch peek {
    case "b": return bounded(.word)
    case "B": return bounded(.notWord)
    case "A": return bounded(.textStart)
    case "z": return bounded(.textEnd)
    case "Z": return bounded(.lastLineEnd)
    default: break
    }
    switch try classEscape() {
    case .set(let set): return .set(set)
    case .scalar(let scalar): return .set(CharacterSet(scalar, ignoringCase: ignoresCase))
    }
  }

  private mutating func bounded(_ boundary: PatternNode.Boundary) -> PatternNode {
    position += 1
    return .boundary(boundary)
  }

  private enum Escaped {
    case scalar(Unicode.Scalar)
    case set(CharacterSet)
  }

  /// What follows a backslash, in a class or not.
  private mutating func classEscape() throws(TokenizerError) -> Escaped {
    let next = try take()
    switch next {
    case "n": return .scalar("\n")
    case "r": return .scalar("\r")
    case "t": return .scalar("\t")
    case "f": return .scalar("\u{C}")
    case "v": return .scalar("\u{B}")
    case "0": return .scalar("\0")
    case "x": return .scalar(try hexadecimal(digits: 2))
    case "u": return .scalar(try hexadecimal(digits: 4))
    case "s", "S": return .set(CharacterSet([.whiteSpace], isNegated: next == "S"))
    case "d", "D":
      return .set(CharacterSet([.categories(try mask("Nd"))], isNegated: next == "D"))
    case "w", "W": return .set(CharacterSet([.word], isNegated: next == "W"))
    case "p", "P": return .set(try property(isNegated: next == "P"))
    default:
      let isLetter = "a"..."z" ~= next || "A"..."Z" ~= next || "0"..."9" ~= next
      if isLetter { throw unsupported("the escape \\\(next)") }
      return .scalar(next)
    }
  }

  private func mask(_ name: String) throws(TokenizerError) -> UInt32 {
    guard let mask = GeneralCategories.mask(named: name) else {
      throw unsupported("the property \\p{\(name)}")
    }
    return mask
  }

  private mutating func property(isNegated: Bool) throws(TokenizerError) -> CharacterSet {
    var name = ""
    if take("{") {
      while let next = peek, next != "}" {
        name.unicodeScalars.append(next)
        position += 1
      }
      guard take("}") else { throw unsupported("a property without }") }
    } else {
      name.unicodeScalars.append(try take())
    }
    let isInverse = name.hasPrefix("^")
    if name == "Alphabetic" { return CharacterSet([.alphabetic], isNegated: isNegated) }
    return CharacterSet(
      [.categories(try mask(isInverse ? String(name.dropFirst()) : name))],
      isNegated: isNegated != isInverse)
  }

  private mutating func hexadecimal(digits: Int) throws(TokenizerError) -> Unicode.Scalar {
    var text = ""
    if take("{") {
      while let next = peek, next != "}", text.utf8.count < 8 {
        text.unicodeScalars.append(next)
        position += 1
      }
      guard take("}") else { throw unsupported("a number of a character without }") }
    } else {
      for _ in 0..<digits { text.unicodeScalars.append(try take()) }
    }
    guard let scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init) else {
      throw unsupported("a number that is no character")
    }
    return scalar
  }

  /// A class, after its `[`.
  private mutating func characterClass() throws(TokenizerError) -> CharacterSet {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw unsupported("too deep a nesting") }
    let isNegated = take("^")
    if take(":") { throw unsupported("a class by name") }
    var items: [CharacterSet.Item] = []
    var narrowing: [CharacterSet] = []
    while peek != "]" || items.isEmpty {
      if take("&&") {
        narrowing.append(try narrowedClass())
        break
      }
      items.append(try classItem())
    }
    guard take("]") else { throw unsupported("a class without ]") }
    return CharacterSet(items, isNegated: isNegated, narrowing: narrowing)
  }

  /// What stands after `&&`, up to the `]`.
  private mutating func narrowedClass() throws(TokenizerError) -> CharacterSet {
    var items: [CharacterSet.Item] = []
    while let next = peek, next != "]" {
      if next == "&" { throw unsupported("more than one &&") }
      items.append(try classItem())
    }
    return CharacterSet(items)
  }

  private mutating func classItem() throws(TokenizerError) -> CharacterSet.Item {
    if take("[") { return .nested(try characterClass()) }
    let first: Unicode.Scalar
    switch try classScalar() {
    case .set(let set): return .nested(set)
    case .scalar(let scalar): first = scalar
    }
    guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
      return ignoresCase
        ? .nested(CharacterSet(first, ignoringCase: true)) : .range(first.value...first.value)
    }
    position += 1
    guard case .scalar(let last) = try classScalar(), first.value <= last.value, !ignoresCase else {
      throw unsupported("a range in a class")
    }
    return .range(first.value...last.value)
  }

  private mutating func classScalar() throws(TokenizerError) -> Escaped {
    let next = try take()
    return next == "\\" ? try classEscape() : .scalar(next)
  }
}
