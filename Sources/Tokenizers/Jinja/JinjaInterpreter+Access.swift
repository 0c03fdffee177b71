/// Attributes, items, elements and text of values.
extension JinjaInterpreter {
  static let stringMethods: Set<String> = [
    "strip", "lstrip", "rstrip", "startswith", "endswith", "split", "upper", "lower", "title",
    "capitalize", "replace", "splitlines", "join", "removeprefix", "removesuffix", "find", "count",
  ]
  static let dictionaryMethods: Set<String> = ["items", "keys", "values", "get"]

  /// What Python's types have besides; a template that asks for it is not guessed at.
  private static let otherAttributes: Set<String> = [
    "append", "as_integer_ratio", "bit_count", "bit_length", "casefold", "center", "clear",
    "conjugate", "copy", "denominator", "encode", "expandtabs", "extend", "format", "format_map",
    "from_bytes", "fromkeys", "hex", "imag", "index", "insert", "is_integer", "isalnum", "isalpha",
    "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable",
    "isspace", "istitle", "isupper", "ljust", "maketrans", "numerator", "partition", "pop",
    "popitem", "real", "remove", "reverse", "rfind", "rindex", "rjust", "rpartition", "rsplit",
    "setdefault", "sort", "swapcase", "to_bytes", "translate", "update", "zfill", "count",
  ]

  func attribute(
    _ name: String, of owner: JinjaValue, line: Int
  ) throws(JinjaError) -> JinjaValue {
    switch owner {
    case .undefined(let missing): throw .evaluation(line: line, "\(missing) is undefined")
    case .namespace(let namespace): return namespace.members[name] ?? .undefined(name)
    case .dictionary(let members):
      // Python's methods come before the keys.
      if Self.dictionaryMethods.contains(name) { return .callable(.method(of: owner, name)) }
      if ["clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update"].contains(name) {
        throw .unsupported(line: line, "the method \(name) of a dict")
      }
      return members[name] ?? .undefined(name)
    case .string where Self.stringMethods.contains(name):
      return .callable(.method(of: owner, name))
    case .callable: throw .unsupported(line: line, "an attribute of a function")
    default:
      if Self.otherAttributes.contains(name) || Self.stringMethods.contains(name) {
        throw .unsupported(line: line, "the attribute \(name) of \(owner.typeName)")
      }
      return .undefined(name)
    }
  }

  mutating func item(
    _ key: JinjaValue, of owner: JinjaValue, line: Int
  ) throws(JinjaError) -> JinjaValue {
    switch (owner, key) {
    case (.undefined(let name), _): throw .evaluation(line: line, "\(name) is undefined")
    case (.dictionary(let members), .string(let name)):
      if let value = members[name] { return value }
      return try attribute(name, of: owner, line: line)
    case (.dictionary, _): return .undefined("an item")
    case (_, .string(let name)): return try attribute(name, of: owner, line: line)
    case (.list, .int(let place)), (.tuple, .int(let place)), (.string, .int(let place)):
      let items = try elements(of: owner, line: line)
      let position = place < 0 ? items.count + place : place
      return items.indices.contains(position) ? items[position] : .undefined("an item")
    default:
      throw .evaluation(line: line, "\(owner.typeName) has no item of \(key.typeName)")
    }
  }

  mutating func sliced(
    _ owner: JinjaValue, _ start: Int?, _ end: Int?, _ step: Int?, line: Int
  ) throws(JinjaError) -> JinjaValue {
    if case .undefined(let name) = owner {
      throw .evaluation(line: line, "\(name) is undefined")
    }
    if case .dictionary = owner { throw .evaluation(line: line, "a dict has no slices") }
    let items = try elements(of: owner, line: line)
    guard (step ?? 1) == 1 || step == -1 else {
      throw .unsupported(line: line, "a slice in steps of \(step ?? 1)")
    }
    func bound(_ value: Int?, _ missing: Int, _ lowest: Int, _ highest: Int) -> Int {
      guard let value else { return missing }
      let (place, _) = value < 0 ? value.addingReportingOverflow(items.count) : (value, false)
      return min(max(place, lowest), highest)
    }
    var part: [JinjaValue] = []
    if step == -1 {
      let first = bound(start, items.count - 1, -1, items.count - 1)
      let last = bound(end, -1, -1, items.count - 1)
      if first > last { part = items[(last + 1)...first].reversed() }
    } else {
      let first = bound(start, 0, 0, items.count)
      let last = bound(end, items.count, 0, items.count)
      if first < last { part = Array(items[first..<last]) }
    }
    switch owner {
    case .string:
      return try concatenated(part, line: line)
    case .tuple: return .tuple(part)
    default: return .list(part)
    }
  }

  /// What a loop over a value meets.
  mutating func elements(of value: JinjaValue, line: Int) throws(JinjaError) -> [JinjaValue] {
    switch value {
    case .undefined: return []
    case .list(let items), .tuple(let items):
      try spend(items.count / 8)
      return items
    case .dictionary(let members):
      try spend(members.members.count / 8)
      return members.members.map { .string($0.key) }
    case .string(let text):
      try spend(text.utf8.count / 8)
      return text.unicodeScalars.map { .string(String($0)) }
    default: throw .evaluation(line: line, "\(value.typeName) has no elements")
    }
  }

  /// Python's `str` of a value: what `{{ }}` writes.
  mutating func text(of value: JinjaValue, line: Int) throws(JinjaError) -> String {
    switch value {
    case .string(let text): return text
    case .undefined: return ""
    default:
      let text = try representation(of: value, line: line)
      try make(bytes: text.utf8.count)
      return text
    }
  }

  /// Python's `repr` of a value.
  private mutating func representation(
    of value: JinjaValue, line: Int
  ) throws(JinjaError) -> String {
    try spend()
    switch value {
    case .none: return "None"
    case .bool(let flag): return flag ? "True" : "False"
    case .int(let number): return String(number)
    case .float(let number): return Self.text(of: number)
    case .string(let text):
      try make(bytes: text.utf8.count)
      return PythonText.quoted(text)
    case .list(let items): return "[" + (try representations(of: items, line: line)) + "]"
    case .tuple(let items):
      return "(" + (try representations(of: items, line: line)) + (items.count == 1 ? ",)" : ")")
    case .dictionary(let members):
      var parts: [String] = []
      for (key, value) in members.members {
        parts.append(PythonText.quoted(key) + ": " + (try representation(of: value, line: line)))
      }
      return "{" + parts.joined(separator: ", ") + "}"
    case .undefined, .namespace, .callable:
      throw .unsupported(line: line, "writing \(value.typeName)")
    }
  }

  private mutating func representations(
    of items: [JinjaValue], line: Int
  ) throws(JinjaError) -> String {
    var parts: [String] = []
    for item in items {
      parts.append(
        try deeper { interpreter throws(JinjaError) in
          try interpreter.representation(of: item, line: line)
        })
    }
    return parts.joined(separator: ", ")
  }

  static func text(of number: Double) -> String {
    if number.isNaN { return "nan" }
    return number.isInfinite ? (number < 0 ? "-inf" : "inf") : "\(number)"
  }
}
