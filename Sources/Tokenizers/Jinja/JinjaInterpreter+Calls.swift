/// Functions and methods.
extension JinjaInterpreter {
  static let functions: Set<String> = [
    "range", "namespace", "dict", "raise_exception", "strftime_now",
  ]

  /// Names that Jinja or transformers define and this interpreter does not.
  static let unknownNames: Set<String> = [
    "lipsum", "cycler", "joiner", "caller", "varargs", "kwargs", "self",
  ]

  mutating func call(
    _ function: JinjaValue, _ arguments: JinjaArguments, in scope: JinjaScope, line: Int
  ) throws(JinjaError) -> JinjaValue {
    guard case .callable(let callable) = function else {
      if case .undefined(let name) = function {
        throw .evaluation(line: line, "\(name) is undefined")
      }
      throw .evaluation(line: line, "\(function.typeName) cannot be called")
    }
    switch callable {
    case .macro(let macro): return try call(macro, arguments, in: scope, line: line)
    case .function(let name):
      return try call(function: name, try evaluated(arguments, in: scope), line: line)
    case .method(let owner, let name):
      return try call(method: name, of: owner, try evaluated(arguments, in: scope), line: line)
    }
  }

  private mutating func call(
    function name: String, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue {
    switch name {
    case "range": return .list(try range(call, line: line))
    case "raise_exception":
      guard call.count == 1, let message = call.value(0, "message") else { break }
      throw .raised(try text(of: message, line: line))
    case "strftime_now":
      guard call.count == 1, case .string(let format)? = call.value(0, "format") else { break }
      guard let date else { throw .needsDate }
      guard format.utf8.count <= TemplateDate.longestFormat, let text = date.formatted(format)
      else {
        throw .unsupported(line: line, "the date in the form \(format.prefix(40))")
      }
      return .string(text)
    case "namespace", "dict":
      var members = JinjaDictionary()
      if let first = call.positional.first {
        guard call.positional.count == 1, case .dictionary(let given) = first else { break }
        members = given
      }
      for (key, value) in call.named.members { members[key] = try plain(value, line: line) }
      guard name == "namespace" else { return .dictionary(members) }
      if let hidden = members.names.first(where: { $0.hasPrefix("_") }) {
        throw .evaluation(line: line, "the attribute \(hidden) cannot be set")
      }
      let namespace = JinjaNamespace()
      namespace.members = members
      return .namespace(namespace)
    default: break
    }
    throw .unsupported(line: line, "\(name) with these values")
  }

  private mutating func range(_ call: JinjaCall, line: Int) throws(JinjaError) -> [JinjaValue] {
    var bounds: [Int] = []
    for value in call.positional {
      guard case .int(let number) = value else {
        throw .evaluation(line: line, "a range takes whole numbers")
      }
      bounds.append(number)
    }
    guard call.named.members.isEmpty, (1...3).contains(bounds.count) else {
      throw .evaluation(line: line, "a range takes one to three numbers")
    }
    let (start, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw .evaluation(line: line, "a range has steps of 0") }
    var numbers: [JinjaValue] = []
    var number = start
    while step > 0 ? number < end : number > end {
      try spend()
      numbers.append(.int(number))
      let (next, overflows) = number.addingReportingOverflow(step)
      if overflows { break }
      number = next
    }
    return numbers
  }

  // MARK: Methods

  private mutating func call(
    method name: String, of owner: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> JinjaValue {
    switch owner {
    case .string(let text):
      try make(bytes: text.utf8.count)
      if name == "format" { return try formatted(text, call, line: line) }
      guard call.named.members.isEmpty else { break }
      if let result = try self.call(method: name, of: text, call.positional, line: line) {
        return result
      }
    case .int(let place) where name == "cycle":
      guard call.named.members.isEmpty, !call.positional.isEmpty else { break }
      return call.positional[place % call.positional.count]
    case .list(let items), .tuple(let items):
      if name == "copy", call.isEmpty { return owner }
      guard call.count == 1, let item = call.positional.first else { break }
      try spend(items.count)
      let places = items.indices.filter { JinjaValue.equal(items[$0], item) }
      if name == "count" { return .int(places.count) }
      guard let place = places.first else {
        throw .evaluation(line: line, "the value to be found is not there")
      }
      return .int(place)
    case .dictionary(let members):
      guard call.named.members.isEmpty else { break }
      switch (name, call.positional.count) {
      case ("items", 0): return .iterator(members.items, hasLength: true)
      case ("keys", 0): return .iterator(members.members.map(\.key.value), hasLength: true)
      case ("values", 0): return .iterator(members.members.map(\.value), hasLength: true)
      case ("copy", 0): return owner
      case ("get", 1...2):
        guard let key = JinjaKey(call.positional[0]) else { break }
        return members[key] ?? (call.positional.count == 2 ? call.positional[1] : .none)
      default: break
      }
    default: break
    }
    throw .unsupported(line: line, "the method \(name) of \(owner.typeName) with these values")
  }

  /// Nil where the method does not take these arguments.
  private mutating func call(
    method name: String, of text: String, _ arguments: [JinjaValue], line: Int
  ) throws(JinjaError) -> JinjaValue? {
    var texts: [String] = []
    for case .string(let argument) in arguments { texts.append(argument) }
    let isText = texts.count == arguments.count
    switch (name, arguments.count) {
    case ("strip", 0...1) where isText:
      return .string(PythonText.stripped(text, of: texts.first))
    case ("lstrip", 0...1) where isText:
      return .string(PythonText.stripped(text, of: texts.first, end: false))
    case ("rstrip", 0...1) where isText:
      return .string(PythonText.stripped(text, of: texts.first, start: false))
    case ("startswith", 1) where isText: return .bool(text.utf8.starts(with: texts[0].utf8))
    case ("endswith", 1) where isText:
      return .bool(text.utf8.suffix(texts[0].utf8.count).elementsEqual(texts[0].utf8))
    case ("removeprefix", 1) where isText:
      let has = text.utf8.starts(with: texts[0].utf8)
      return .string(
        has ? String(decoding: text.utf8.dropFirst(texts[0].utf8.count), as: UTF8.self) : text)
    case ("removesuffix", 1) where isText:
      let has = text.utf8.suffix(texts[0].utf8.count).elementsEqual(texts[0].utf8)
      return .string(
        has ? String(decoding: text.utf8.dropLast(texts[0].utf8.count), as: UTF8.self) : text)
    case ("replace", 2) where isText:
      return .string(try replaced(text, texts[0], texts[1], line: line))
    case ("upper", 0), ("lower", 0), ("title", 0), ("capitalize", 0):
      return .string(try cased(text, name, line: line))
    case ("split", _): return try split(text, arguments)
    case ("count", 1) where isText && !texts[0].isEmpty:
      return .int(PythonText.split(text, by: texts[0]).count - 1)
    case ("join", 1): return try joined(arguments[0], by: text, line: line)
    default: return try rareMethod(name, of: text, arguments, line: line)
    }
  }

  private mutating func split(
    _ text: String, _ arguments: [JinjaValue]
  ) throws(JinjaError) -> JinjaValue? {
    var parts: [String]
    switch (arguments.first, arguments.dropFirst().first, arguments.count) {
    case (nil, nil, 0), (.some(.none), nil, 1): parts = PythonText.words(text)
    case (.string(let separator)?, nil, 1) where !separator.isEmpty:
      parts = PythonText.split(text, by: separator)
    case (.string(let separator)?, .int(let limit)?, 2) where !separator.isEmpty:
      parts = PythonText.split(text, by: separator, limit: limit < 0 ? .max : limit)
    default: return nil
    }
    try spend(parts.count)
    return .list(parts.map { .string($0) })
  }

  mutating func replaced(
    _ text: String, _ old: String, _ new: String, line: Int
  ) throws(JinjaError) -> String {
    guard !old.isEmpty else { throw .unsupported(line: line, "replacing an empty string") }
    let parts = PythonText.split(text, by: old)
    try spend(parts.count)
    let (growth, overflows) = parts.count.multipliedReportingOverflow(by: new.utf8.count)
    try make(bytes: overflows ? .max : text.utf8.count + growth)
    return parts.joined(separator: new)
  }

  /// Letters beyond ASCII have rules of their own in Python's `title` and for the Greek sigma.
  mutating func cased(
    _ text: String, _ style: String, line: Int
  ) throws(JinjaError) -> String {
    try make(bytes: text.utf8.count * 3)
    let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
    switch style {
    case "upper": return text.unicodeScalars.map(\.properties.uppercaseMapping).joined()
    case "lower" where isPlain || !text.unicodeScalars.contains("\u{3A3}"):
      return text.unicodeScalars.map(\.properties.lowercaseMapping).joined()
    case "title" where isPlain:
      var followsLetter = false
      return String(
        text.map { character in
          defer { followsLetter = character.isLetter }
          return Character(followsLetter ? character.lowercased() : character.uppercased())
        })
    case "capitalize" where isPlain:
      return text.prefix(1).uppercased() + text.dropFirst().lowercased()
    default: throw .unsupported(line: line, "\(style) of letters beyond ASCII")
    }
  }

  mutating func joined(
    _ value: JinjaValue, by separator: String, line: Int
  ) throws(JinjaError) -> JinjaValue {
    var parts: [JinjaValue] = []
    for item in try elements(of: value, line: line) {
      if !parts.isEmpty { parts.append(.string(separator)) }
      parts.append(item)
    }
    var texts: [String] = []
    for part in parts {
      let text = try text(of: part, line: line)
      try make(bytes: text.utf8.count)
      texts.append(text)
    }
    return .string(texts.joined())
  }
}
