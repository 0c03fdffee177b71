extension JSONValue {
  /// How a document is laid out; the same value always gives the same bytes.
  package enum Layout: Sendable {
    /// One line, no spaces.
    case compact
    /// Two spaces a level, a newline at the end.
    case pretty
    /// As Jupyter writes notebooks: one space a level, a newline at the end.
    case notebook

    fileprivate var indent: Int? {
      switch self {
      case .compact: nil
      case .pretty: 2
      case .notebook: 1
      }
    }
  }

  /// The document as text.
  ///
  /// - Parameters:
  ///   - sortedKeys: members in the byte order of their keys, else in their own order.
  package func text(_ layout: Layout = .compact, sortedKeys: Bool = true) -> String {
    var writer = JSONWriter(indent: layout.indent, sortedKeys: sortedKeys)
    writer.write(self, level: 0)
    if layout != .compact { writer.output.append(UInt8(ascii: "\n")) }
    return String(decoding: writer.output, as: UTF8.self)
  }
}

private struct JSONWriter {
  /// Spaces a level; nil for one line.
  let indent: Int?
  let sortedKeys: Bool
  var output: [UInt8] = []

  mutating func write(_ value: JSONValue, level: Int) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(flag ? "true" : "false")
    case .int(let number): append(String(number))
    // JSON has no name for them; a reader that needs a number will say so.
    case .double(let number): append(number.isFinite ? "\(number)" : "null")
    case .digits(let text): append(text)
    case .string(let text): write(text)
    case .array(let elements):
      writeList("[", elements, "]", level) { writer, element in
        writer.write(element, level: level + 1)
      }
    case .object(let object): write(object, level: level)
    }
  }

  private mutating func write(_ object: JSONObject, level: Int) {
    var members = object.members
    if sortedKeys {
      members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
    writeList("{", members, "}", level) { writer, member in
      writer.write(member.key)
      writer.append(writer.indent == nil ? ":" : ": ")
      writer.write(member.value, level: level + 1)
    }
  }

  private mutating func writeList<Element>(
    _ open: String, _ elements: [Element], _ close: String, _ level: Int,
    _ writeElement: (inout JSONWriter, Element) -> Void
  ) {
    append(open)
    for (position, element) in elements.enumerated() {
      if position > 0 { append(",") }
      startLine(level + 1)
      writeElement(&self, element)
    }
    if !elements.isEmpty { startLine(level) }
    append(close)
  }

  private mutating func startLine(_ level: Int) {
    guard let indent else { return }
    append("\n" + String(repeating: " ", count: indent * level))
  }

  private mutating func append(_ text: String) {
    output.append(contentsOf: text.utf8)
  }

  private mutating func write(_ text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x0C: append("\\f")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20:
        append(byte < 0x10 ? "\\u000" : "\\u00")
        append(String(byte, radix: 16))
      default: output.append(byte)
      }
    }
    append("\"")
  }
}
