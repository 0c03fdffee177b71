/// Filters and tests.
extension JinjaInterpreter {
  mutating func filter(
    _ name: String, _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue {
    try spend()
    if name != "map", name != "tojson",
      let unknown = call.named.names.first(where: { Self.parameters[name]?.contains($0) != true })
    {
      throw .unsupported(line: line, "\(unknown) of the filter \(name)")
    }
    switch name {
    case "default", "d": return try standard(value, call)
    case "tojson": return .string(try json(value, call, line: line))
    case "map", "select", "reject", "selectattr", "rejectattr":
      return try filterElements(name, value, call, line: line)
    case "safe", "e", "escape":
      guard call.isEmpty else { break }
      let text = try text(of: value, line: line)
      try make(bytes: text.utf8.count * 5)
      if case .markup = value { return value }
      return .markup(name == "safe" ? text : Self.escaped(.string(text)))
    case "trim", "upper", "lower", "capitalize", "title", "replace", "string", "wordcount":
      if let result = try filterText(name, value, call, line: line) { return result }
    case "length", "count", "first", "last", "list", "items", "reverse", "join":
      if let result = try filterCollection(name, value, call, line: line) { return result }
    case "sort", "dictsort", "unique", "min", "max", "sum":
      if let result = try filterOrder(name, value, call, line: line) { return result }
    case "indent": if let result = try indented(value, call, line: line) { return result }
    case "int", "float": if let result = number(name, value, call) { return result }
    case "abs":
      if case .int(let number) = value, call.isEmpty, number != .min { return .int(abs(number)) }
      if case .float(let number) = value, call.isEmpty { return .float(abs(number)) }
    default: throw .unsupported(line: line, "the filter \(name)")
    }
    throw .unsupported(line: line, "the filter \(name) of \(value.typeName) with these values")
  }

  /// The arguments of filters that may be given by name.
  private static let parameters: [String: Set<String>] = [
    "default": ["default_value", "boolean"], "d": ["default_value", "boolean"],
    "trim": ["chars"], "replace": ["old", "new"], "join": ["d", "attribute"],
    "sort": ["reverse", "case_sensitive", "attribute"], "unique": ["case_sensitive", "attribute"],
    "min": ["case_sensitive", "attribute"], "max": ["case_sensitive", "attribute"],
    "dictsort": ["case_sensitive", "by", "reverse"], "indent": ["width", "first", "blank"],
    "int": ["default"], "float": ["default"],
  ]

  private func standard(
    _ value: JinjaValue, _ call: JinjaCall
  ) throws(JinjaError) -> JinjaValue {
    var isMissing = false
    if case .undefined = value { isMissing = true }
    if call.value(1, "boolean")?.isTrue == true, !value.isTrue { isMissing = true }
    return isMissing ? call.value(0, "default_value") ?? .string("") : value
  }

  private mutating func filterText(
    _ name: String, _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue? {
    if case .markup = value { return nil }
    let text = try text(of: value, line: line)
    try make(bytes: text.utf8.count)
    switch (name, call.count) {
    case ("wordcount", 0) where text.utf8.allSatisfy { $0 < 0x80 }:
      let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      return .int(words.count)
    case ("title", 0): return .string(try titled(text, line: line))
    case ("string", 0): return .string(text)
    case ("trim", 0): return .string(PythonText.stripped(text))
    case ("trim", 1):
      guard case .string(let characters)? = call.value(0, "chars") else { return nil }
      return .string(PythonText.stripped(text, of: characters))
    case ("replace", 2):
      guard case .string(let old)? = call.value(0, "old"),
        case .string(let new)? = call.value(1, "new")
      else { return nil }
      return .string(try replaced(text, old, new, line: line))
    case ("upper", 0), ("lower", 0), ("capitalize", 0):
      return .string(try cased(text, name, line: line))
    default: return nil
    }
  }

  private mutating func filterCollection(
    _ name: String, _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue? {
    switch (name, call.count) {
    case ("join", 1...2) where call.value(1, "attribute") != nil:
      guard case .string(let attribute)? = call.value(1, "attribute") else { return nil }
      var parts: [JinjaValue] = []
      for item in try elements(of: value, line: line) {
        parts.append(try member(attribute, of: item, line: line))
      }
      let separator = try text(of: call.value(0, "d") ?? .string(""), line: line)
      return try joined(.list(parts), by: separator, line: line)
    case ("join", 0...1):
      let separator = try text(of: call.value(0, "d") ?? .string(""), line: line)
      return try joined(value, by: separator, line: line)
    case ("items", 0):
      if case .undefined = value { return .iterator([], hasLength: false) }
      guard case .dictionary(let members) = value else { return nil }
      return .iterator(members.items, hasLength: false)
    case (_, 0):
      let items = try elements(of: value, line: line)
      switch name {
      case "length", "count":
        if case .iterator(_, hasLength: false) = value {
          throw .evaluation(line: line, "a generator has no length")
        }
        return .int(items.count)
      case "first": return items.first ?? .undefined("the first of nothing")
      case "last": return items.last ?? .undefined("the last of nothing")
      case "list": return .list(items)
      case "reverse":
        if case .string = value { return try concatenated(items.reversed(), line: line) }
        return .iterator(items.reversed(), hasLength: false)
      default: return nil
      }
    default: return nil
    }
  }

  /// `map(attribute: …)`, `map("filter", …)`, `select("test", …)` and their kin.
  private mutating func filterElements(
    _ name: String, _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue {
    var call = call
    var result: [JinjaValue] = []
    // Jinja takes nothing, and whatever else is false, for no elements.
    let items = value.isTrue ? try elements(of: value, line: line) : []
    if name == "map", case .string(let attribute)? = call.named["attribute"],
      call.positional.isEmpty, call.named.names.allSatisfy(["attribute", "default"].contains)
    {
      for item in items {
        var found = try member(attribute, of: item, line: line)
        if case .undefined = found, let standard = call.named["default"] { found = standard }
        result.append(found)
      }
      return .iterator(result, hasLength: false)
    }
    func takeName() -> String? {
      guard case .string(let text)? = call.positional.first else { return nil }
      call.positional.removeFirst()
      return text
    }
    let attribute = name.hasSuffix("attr") ? takeName() : nil
    let test = takeName()
    guard name.hasSuffix("attr") == (attribute != nil), name != "map" || test != nil,
      test != nil || call.isEmpty
    else { throw .unsupported(line: line, "the filter \(name) with these values") }
    for item in items {
      try spend()
      if name == "map" {
        result.append(try filter(test ?? "", item, call, line: line))
        continue
      }
      var subject = item
      if let attribute { subject = try member(attribute, of: item, line: line) }
      var holds = subject.isTrue
      if let test { holds = try self.test(test, subject, call, line: line) }
      if holds != name.hasPrefix("reject") { result.append(item) }
    }
    return .iterator(result, hasLength: false)
  }

  /// A member by its path, such as `function.name` or `0.type`.
  mutating func member(
    _ path: String, of value: JinjaValue, line: Int
  ) throws(JinjaError) -> JinjaValue {
    var value = value
    for part in PythonText.split(path, by: ".") {
      let isNumber = !part.isEmpty && part.utf8.allSatisfy { 0x30...0x39 ~= $0 }
      let key = isNumber ? Int(part).map { JinjaValue.int($0) } : nil
      value = try item(key ?? .string(part), of: value, line: line)
    }
    return value
  }

  /// Words begin where white space, a hyphen or an opening bracket stands before them.
  private func titled(_ text: String, line: Int) throws(JinjaError) -> String {
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else {
      throw .unsupported(line: line, "title of letters beyond ASCII")
    }
    var begins = true
    return String(
      text.map { character in
        defer { begins = character.isWhitespace || "-({[<".contains(character) }
        return Character(begins ? character.uppercased() : character.lowercased())
      })
  }

  // MARK: Tests

  mutating func test(
    _ name: String, _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> Bool {
    if let symbol = Self.comparisons[name], call.count == 1, let other = call.positional.first {
      return try compare(symbol, value, other, line: line)
    }
    if name == "divisibleby", call.count == 1, case .int(let divisor)? = call.positional.first,
      case .int(let number) = value, divisor != 0
    {
      return number % divisor == 0
    }
    if name == "sameas", call.count == 1, let other = call.positional.first {
      switch (value, other) {
      case (.none, .none): return true
      case (.bool(let left), .bool(let right)): return left == right
      case (.none, _), (.bool, _), (_, .none), (_, .bool): return false
      default: throw .unsupported(line: line, "the test sameas of \(value.typeName)")
      }
    }
    guard call.isEmpty else { throw .unsupported(line: line, "the test \(name) with a value") }
    switch (name, value) {
    case ("defined", .undefined): return false
    case ("defined", _): return true
    case ("undefined", .undefined): return true
    case ("undefined", _): return false
    case ("none", .none), ("string", .string), ("string", .markup), ("boolean", .bool),
      ("mapping", .dictionary),
      ("integer", .int), ("float", .float), ("callable", .callable):
      return true
    case ("true", .bool(let flag)): return flag
    case ("false", .bool(let flag)): return !flag
    case ("none", _), ("string", _), ("boolean", _), ("mapping", _), ("integer", _), ("float", _),
      ("callable", _), ("true", _), ("false", _):
      return false
    case ("number", _): return value.number != nil
    case ("lower", .string(let text)):
      return text.contains(where: \.isLowercase) && !text.contains(where: \.isUppercase)
    case ("upper", .string(let text)):
      return text.contains(where: \.isUppercase) && !text.contains(where: \.isLowercase)
    case ("odd", .int(let number)): return number % 2 != 0
    case ("even", .int(let number)): return number % 2 == 0
    case ("iterable", _), ("sequence", _):
      switch value {
      case .list, .tuple, .dictionary, .string, .markup, .undefined: return true
      case .iterator: return name == "iterable"
      default: return false
      }
    default: throw .unsupported(line: line, "the test \(name) of \(value.typeName)")
    }
  }

  private static let comparisons = [
    "equalto": "==", "eq": "==", "==": "==", "ne": "!=", "!=": "!=", "in": "in", "lt": "<",
    "lessthan": "<", "gt": ">", "greaterthan": ">", "le": "<=", "ge": ">=",
  ]
}
