/// Methods of strings beside the everyday ones, and text with indented lines.
extension JinjaInterpreter {
  /// Nil where the method does not take these arguments.
  mutating func rareMethod(
    _ name: String, of text: String, _ arguments: [JinjaValue], line: Int
  ) throws(JinjaError) -> JinjaValue? {
    switch (name, arguments.count) {
    case ("isdigit", 0), ("isalpha", 0), ("isalnum", 0), ("isspace", 0), ("isupper", 0),
      ("islower", 0):
      return .bool(try isAll(text, name, line: line))
    case ("find", 1), ("rfind", 1), ("index", 1):
      guard case .string(let part) = arguments[0] else { return nil }
      let place = Self.place(of: part, in: text, last: name == "rfind")
      if place == nil, name == "index" {
        throw .evaluation(line: line, "the text to be found is not there")
      }
      return .int(place ?? -1)
    case ("partition", 1), ("rpartition", 1):
      guard case .string(let part) = arguments[0], !part.isEmpty else { return nil }
      return .tuple(Self.partition(text, part, last: name == "rpartition"))
    case ("rsplit", 1...2): return try splitFromEnd(text, arguments)
    case ("splitlines", 0): return .list(Self.lines(of: text).map { .string($0) })
    case ("zfill", 1), ("ljust", 1), ("rjust", 1):
      guard case .int(let width) = arguments[0] else { return nil }
      return .string(try padded(text, name, to: width))
    case ("swapcase", 0) where text.utf8.allSatisfy { $0 < 0x80 }:
      return .string(
        String(
          text.map { character in
            Character(character.isUppercase ? character.lowercased() : character.uppercased())
          }))
    default: return nil
    }
  }

  /// What Python's `str.is…` says: of no character, no.
  private func isAll(_ text: String, _ name: String, line: Int) throws(JinjaError) -> Bool {
    let scalars = text.unicodeScalars
    guard name == "isspace" || text.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw .unsupported(line: line, "\(name) of letters beyond ASCII")
    }
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }
    switch name {
    case "isdigit": return !text.isEmpty && scalars.allSatisfy(isDigit)
    case "isalpha": return !text.isEmpty && scalars.allSatisfy(isLetter)
    case "isalnum": return !text.isEmpty && scalars.allSatisfy { isDigit($0) || isLetter($0) }
    case "isspace": return !text.isEmpty && scalars.allSatisfy(PythonText.isSpace)
    case "isupper":
      return scalars.contains(where: isLetter) && !scalars.contains { ("a"..."z").contains($0) }
    default:
      return scalars.contains(where: isLetter) && !scalars.contains { ("A"..."Z").contains($0) }
    }
  }

  /// The place of a part, counted in code points.
  private static func place(of part: String, in text: String, last: Bool) -> Int? {
    let bytes = Array(text.utf8)
    guard var found = firstRange(of: Array(part.utf8), in: bytes, from: 0)?.lowerBound else {
      return nil
    }
    if last {
      if part.isEmpty { return text.unicodeScalars.count }
      while let next = firstRange(of: Array(part.utf8), in: bytes, from: found + 1) {
        found = next.lowerBound
      }
    }
    return String(decoding: bytes[..<found], as: UTF8.self).unicodeScalars.count
  }

  private static func partition(_ text: String, _ part: String, last: Bool) -> [JinjaValue] {
    let parts = PythonText.split(text, by: part)
    guard parts.count > 1 else {
      let whole = JinjaValue.string(text)
      let nothing = JinjaValue.string("")
      return last ? [nothing, nothing, whole] : [whole, nothing, nothing]
    }
    let cut = last ? parts.count - 1 : 1
    return [
      .string(parts[..<cut].joined(separator: part)), .string(part),
      .string(parts[cut...].joined(separator: part)),
    ]
  }

  private mutating func splitFromEnd(
    _ text: String, _ arguments: [JinjaValue]
  ) throws(JinjaError) -> JinjaValue? {
    guard case .string(let separator) = arguments[0], !separator.isEmpty else { return nil }
    var limit = Int.max
    if arguments.count == 2 {
      guard case .int(let number) = arguments[1] else { return nil }
      limit = number < 0 ? .max : number
    }
    let parts = PythonText.split(text, by: separator)
    try spend(parts.count)
    let kept = max(0, parts.count - 1 - min(limit, parts.count - 1))
    let first = parts[...kept].joined(separator: separator)
    return .list(([first] + parts[(kept + 1)...]).map { .string($0) })
  }

  /// Lines without their ends, as `str.splitlines` cuts them.
  static func lines(of text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var previous: Unicode.Scalar = "a"
    var isOpen = false
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      if scalar == "\n", previous == "\r" { continue }
      switch scalar.value {
      case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
        lines.append(String(line))
        line = String.UnicodeScalarView()
        isOpen = false
      default:
        line.append(scalar)
        isOpen = true
      }
    }
    return isOpen ? lines + [String(line)] : lines
  }

  private mutating func padded(
    _ text: String, _ style: String, to width: Int
  ) throws(JinjaError) -> String {
    let missing = max(0, width - text.unicodeScalars.count)
    try make(bytes: missing)
    let padding = String(repeating: style == "zfill" ? "0" : " ", count: missing)
    switch style {
    case "ljust": return text + padding
    case "zfill" where text.hasPrefix("-") || text.hasPrefix("+"):
      return text.prefix(1) + padding + text.dropFirst()
    default: return padding + text
    }
  }

  /// `str.format` with fields that have no format of their own.
  mutating func formatted(
    _ text: String, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue {
    var result = ""
    var next = 0
    var rest = Substring(text)
    while let character = rest.popFirst() {
      guard character == "{" || character == "}" else {
        result.append(character)
        continue
      }
      if rest.first == character {
        result.append(rest.removeFirst())
        continue
      }
      guard character == "{", let end = rest.firstIndex(of: "}") else {
        throw .evaluation(line: line, "a brace of a format has no partner")
      }
      let name = String(rest[..<end])
      rest = rest[rest.index(after: end)...]
      var value: JinjaValue?
      if name.isEmpty {
        value = call.value(next, "")
        next += 1
      } else if let place = Int(name) {
        value = call.value(place, "")
      } else if name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) {
        value = call.named[name]
      } else {
        throw .unsupported(line: line, "the format field \(name.prefix(40))")
      }
      guard let value else {
        throw .evaluation(line: line, "a format has no value for the field \"\(name.prefix(40))\"")
      }
      result += try self.text(of: value, line: line)
      try make(bytes: result.utf8.count)
    }
    return .string(result)
  }

  /// The filter `indent(width, first, blank)`.
  mutating func indented(
    _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue? {
    let text = try text(of: value, line: line)
    var space = "    "
    switch call.value(0, "width") ?? .int(4) {
    case .int(let width) where width <= 1000: space = String(repeating: " ", count: max(0, width))
    case .string(let given): space = given
    default: return nil
    }
    let isFirst = call.value(1, "first")?.isTrue ?? false
    let isBlank = call.value(2, "blank")?.isTrue ?? false
    // Jinja adds a line feed, so that a last line that is empty counts.
    var lines = Self.lines(of: text + "\n")
    try make(bytes: text.utf8.count + lines.count * (space.utf8.count + 1))
    guard let first = lines.first else { return .string(text) }
    lines.removeFirst()
    let rest = lines.map { $0.isEmpty && !isBlank ? $0 : space + $0 }
    return .string((isFirst ? space : "") + ([first] + rest).joined(separator: "\n"))
  }

  /// The filters `int` and `float`: of what is no number, the default.
  func number(_ name: String, _ value: JinjaValue, _ call: JinjaCall) -> JinjaValue? {
    guard call.count <= 1 else { return nil }
    let standard = call.value(0, "default") ?? (name == "int" ? .int(0) : .float(0))
    var number = value.number
    if case .string(let text) = value {
      let plain = PythonText.stripped(text)
      // Python has numbers in other digits, with underscores, and without end.
      let isOdd = !plain.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "_") }
      guard !isOdd, !["inf", "nan"].contains(where: plain.lowercased().contains) else { return nil }
      let isDecimal = plain.utf8.allSatisfy { (0x2B...0x39).contains($0) || $0 | 0x20 == 0x65 }
      if isDecimal { number = Int(plain).map { .int($0) } ?? Double(plain).map { .float($0) } }
    }
    switch (name, number) {
    case (_, nil): return standard
    case ("float", let number?): return .float(number.double)
    case (_, .int(let number)?): return .int(number)
    case (_, .float(let number)?):
      guard number.isFinite else { return standard }
      return Int(exactly: number.rounded(.towardZero)).map { .int($0) }
    }
  }
}
