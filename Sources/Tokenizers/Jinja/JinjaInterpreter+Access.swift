/// Attributes, items, elements and text of values.
extension JinjaInterpreter {
  static let stringMethods: Set<String> = [
    "strip", "lstrip", "rstrip", "startswith", "endswith", "split", "upper", "lower", "title",
    "capitalize", "replace", "splitlines", "join", "removeprefix", "removesuffix", "find", "count",
    "rfind", "index", "isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "swapcase",
    "zfill", "ljust", "rjust", "partition", "rpartition", "rsplit", "format",
  ]
  static let dictionaryMethods: Set<String> = ["items", "keys", "values", "get", "copy"]
  static let listMethods: Set<String> = ["count", "index", "copy"]

  /// Methods that change a list or a dict: transformers' sandbox refuses their call.
  private static let changing: Set<String> = [
    "append", "clear", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
    "sort",
    "update",
  ]

  /// What Python's types have besides; a template that asks for it is not guessed at.
  private static let otherAttributes: Set<String> = [
    "as_integer_ratio", "bit_count", "bit_length", "casefold", "center", "conjugate", "copy",
    "denominator", "encode", "expandtabs", "format_map", "from_bytes", "fromkeys", "hex", "imag",
    "index", "is_integer", "isascii", "isdecimal", "isidentifier", "isnumeric", "isprintable",
    "istitle", "maketrans", "numerator", "real", "rindex", "to_bytes", "translate", "count",
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
      if ["clear", "pop", "popitem", "setdefault", "update"].contains(name) {
        throw .evaluation(line: line, "\(name) would change a dict, which is not allowed")
      }
      if name == "fromkeys" { throw .unsupported(line: line, "the method fromkeys of a dict") }
      return members[name] ?? .undefined(name)
    case .list where Self.listMethods.contains(name), .tuple where Self.listMethods.contains(name):
      return .callable(.method(of: owner, name))
    case .list where Self.changing.contains(name):
      throw .evaluation(line: line, "\(name) would change a list, which is not allowed")
    case .markup: throw .unsupported(line: line, "the attribute \(name) of \(owner.typeName)")
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
    case (.dictionary(let members), _):
      return JinjaKey(key).flatMap { members[$0] } ?? .undefined("an item")
    case (_, .string(let name)): return try attribute(name, of: owner, line: line)
    case (.list, .int(let place)), (.tuple, .int(let place)), (.string, .int(let place)):
      let items = try elements(of: owner, line: line)
      let position = place < 0 ? items.count + place : place
      return items.indices.contains(position) ? items[position] : .undefined("an item")
    default: return .undefined("an item")
    }
  }

  mutating func sliced(
    _ owner: JinjaValue, _ start: Int?, _ end: Int?, _ step: Int?, line: Int
  ) throws(JinjaError) -> JinjaValue {
    if case .undefined(let name) = owner {
      throw .evaluation(line: line, "\(name) is undefined")
    }
    switch owner {
    case .dictionary, .iterator:
      throw .evaluation(line: line, "\(owner.typeName) has no slices")
    case .markup: throw .unsupported(line: line, "a slice of \(owner.typeName)")
    default: break
    }
    let items = try elements(of: owner, line: line)
    let step = step ?? 1
    guard step != 0 else { throw .evaluation(line: line, "a slice has steps of 0") }
    func bound(_ value: Int?, _ missing: Int, _ lowest: Int, _ highest: Int) -> Int {
      guard let value else { return missing }
      let (place, _) = value < 0 ? value.addingReportingOverflow(items.count) : (value, false)
      return min(max(place, lowest), highest)
    }
    let (first, last) =
      step < 0
      ? (bound(start, items.count - 1, -1, items.count - 1), bound(end, -1, -1, items.count - 1))
      : (bound(start, 0, 0, items.count), bound(end, items.count, 0, items.count))
    let part = stride(from: first, to: last, by: step).map { items[$0] }
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
    case .list(let items), .tuple(let items), .iterator(let items, _):
      try spend(items.count / 8)
      return items
    case .dictionary(let members):
      try spend(members.members.count / 8)
      return members.members.map(\.key.value)
    case .string(let text):
      try spend(text.utf8.count / 8)
      return text.unicodeScalars.map { .string(String($0)) }
    default: throw .evaluation(line: line, "\(value.typeName) has no elements")
    }
  }

  /// Python's `str` of a value: what `{{ }}` writes.
  mutating func text(of value: JinjaValue, line: Int) throws(JinjaError) -> String {
    switch value {
    case .string(let text), .markup(let text): return text
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
        let key = try representation(of: key.value, line: line)
        parts.append(key + ": " + (try representation(of: value, line: line)))
      }
      return "{" + parts.joined(separator: ", ") + "}"
    case .undefined, .markup, .iterator, .namespace, .callable:
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
