/// `tojson` as transformers defines it: Python's `json.dumps`, by default without ASCII escapes.
extension JinjaInterpreter {
  /// How JSON is laid out.
  private struct Layout {
    /// What stands before a value for each level; nil puts all on one line.
    var indent: String?
    var betweenItems = ", "
    var afterKey = ": "
    var isASCII = false
    var sortsKeys = false
  }

  mutating func json(
    _ value: JinjaValue, _ call: JinjaCall, line: Int
  ) throws(JinjaError) -> String {
    try json(value, try layout(call, line: line), level: 0, line: line)
  }

  private func layout(_ call: JinjaCall, line: Int) throws(JinjaError) -> Layout {
    let names = ["ensure_ascii", "indent", "separators", "sort_keys"]
    guard call.positional.count <= names.count, call.named.names.allSatisfy(names.contains) else {
      throw .unsupported(line: line, "tojson with these values")
    }
    var layout = Layout()
    switch call.value(1, "indent") ?? .none {
    case .none: break
    case .int(let width) where width <= 16:
      layout.indent = String(repeating: " ", count: max(0, width))
    case .string(let text) where text.utf8.count <= 16: layout.indent = text
    default: throw .unsupported(line: line, "tojson with this indent")
    }
    if layout.indent != nil { layout.betweenItems = "," }
    switch call.value(2, "separators") ?? .none {
    case .none: break
    case .tuple(let parts), .list(let parts):
      guard parts.count == 2, case .string(let items) = parts[0], case .string(let key) = parts[1]
      else { throw .evaluation(line: line, "the separators of tojson are no two texts") }
      (layout.betweenItems, layout.afterKey) = (items, key)
    default: throw .evaluation(line: line, "the separators of tojson are no two texts")
    }
    layout.isASCII = call.value(0, "ensure_ascii")?.isTrue ?? false
    layout.sortsKeys = call.value(3, "sort_keys")?.isTrue ?? false
    return layout
  }

  private mutating func json(
    _ value: JinjaValue, _ layout: Layout, level: Int, line: Int
  ) throws(JinjaError) -> String {
    try spend()
    switch value {
    case .none: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .int(let number): return String(number)
    case .float(let number) where number.isFinite: return Self.text(of: number)
    case .float(let number): return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    case .string(let text), .markup(let text): return try json(text, layout)
    case .list(let items), .tuple(let items):
      var parts: [String] = []
      for item in items { parts.append(try json(item, layout, level: level + 1, line: line)) }
      return try enclosed(parts, "[", "]", layout, level)
    case .dictionary(let members):
      var parts: [String] = []
      let sorted =
        layout.sortsKeys
        ? members.members.sorted { Self.order($0.key.value, $1.key.value) ?? 0 < 0 }
        : members.members
      for (key, value) in sorted {
        let key = try json(key.text, layout)
        parts.append(
          key + layout.afterKey + (try json(value, layout, level: level + 1, line: line)))
      }
      return try enclosed(parts, "{", "}", layout, level)
    case .undefined, .iterator, .namespace, .callable:
      throw .evaluation(line: line, "\(value.typeName) is no JSON")
    }
  }

  private mutating func json(_ text: String, _ layout: Layout) throws(JinjaError) -> String {
    try make(bytes: text.utf8.count * (layout.isASCII ? 6 : 2))
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
      case _ where scalar < " " || layout.isASCII && !scalar.isASCII:
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private mutating func enclosed(
    _ parts: [String], _ begin: String, _ end: String, _ layout: Layout, _ level: Int
  ) throws(JinjaError) -> String {
    try make(bytes: parts.reduce(0) { $0 + $1.utf8.count + layout.betweenItems.utf8.count })
    guard let indent = layout.indent, !parts.isEmpty else {
      return begin + parts.joined(separator: layout.betweenItems) + end
    }
    let space = "\n" + String(repeating: indent, count: level + 1)
    try make(bytes: space.utf8.count * parts.count)
    return begin + space + parts.joined(separator: layout.betweenItems + space) + "\n"
      + String(repeating: indent, count: level) + end
  }
}
