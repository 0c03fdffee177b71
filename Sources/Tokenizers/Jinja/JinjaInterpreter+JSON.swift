/// `tojson` as transformers defines it: Python's `json.dumps` without ASCII escapes.
extension JinjaInterpreter {
  mutating func json(
    _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> String {
    var indent: Int?
    for (name, argument) in call.named {
      switch (name, argument) {
      case ("indent", .int(let width)) where 0...16 ~= width: indent = width
      case ("indent", .none), ("ensure_ascii", .bool(false)), ("sort_keys", .bool(false)): break
      default: throw .unsupported(line: line, "tojson with \(name)")
      }
    }
    guard call.positional.isEmpty else {
      throw .unsupported(line: line, "tojson with values that have no name")
    }
    return try json(value, indent: indent, level: 0, line: line)
  }

  private mutating func json(
    _ value: JinjaValue, indent: Int?, level: Int, line: Int
  ) throws(JinjaError) -> String {
    try spend()
    switch value {
    case .none: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number): return String(number)
    case .float(let number) where number.isFinite: return Self.text(of: number)
    case .string(let text): return try json(text)
    case .list(let items), .tuple(let items):
      var parts: [String] = []
      for item in items {
        parts.append(try json(item, indent: indent, level: level + 1, line: line))
      }
      return try enclosed(parts, "[", "]", indent, level)
    case .dictionary(let members):
      var parts: [String] = []
      for (key, value) in members.members {
        let key = try json(key)
        parts.append(key + ": " + (try json(value, indent: indent, level: level + 1, line: line)))
      }
      return try enclosed(parts, "{", "}", indent, level)
    case .undefined, .float, .namespace, .callable:
      throw .evaluation(line: line, "\(value.typeName) is no JSON")
    }
  }

  private mutating func json(_ text: String) throws(JinjaError) -> String {
    try make(bytes: text.utf8.count * 2)
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case ..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private mutating func enclosed(
    _ parts: [String], _ begin: String, _ end: String, _ indent: Int?, _ level: Int
  ) throws(JinjaError) -> String {
    try make(bytes: parts.reduce(0) { $0 + $1.utf8.count })
    guard let indent, !parts.isEmpty else { return begin + parts.joined(separator: ", ") + end }
    let space = "\n" + String(repeating: " ", count: indent * (level + 1))
    return begin + space + parts.joined(separator: "," + space) + "\n"
      + String(repeating: " ", count: indent * level) + end
  }
}
