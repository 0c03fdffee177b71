import Checkpoints

/// The rows of a source: JSON Lines, a JSON list of objects, or text in paragraphs.
package struct RowReader {
  let file: DataFile

  package static func rows(of source: DatasetSource) throws(DataError) -> [DatasetRow] {
    let reader = RowReader(file: try DataFile(source))
    switch source {
    case .file(let path) where path.hasSuffix(".txt") || path.hasSuffix(".md"):
      return reader.paragraphs()
    case .file(let path) where path.hasSuffix(".csv") || path.hasSuffix(".tsv"):
      throw DataError(
        file: path, reason: "tables of this kind are not read",
        fix:
          "Convert it to JSON Lines, one object such as {\"prompt\": …, \"completion\": …} a line")
    default: break
    }
    let first = reader.file.bytes.first { !Self.isSpace($0) }
    if first == UInt8(ascii: "[") { return try reader.list() }
    if case .inline = source, first != UInt8(ascii: "{") { return reader.paragraphs() }
    return try reader.lines()
  }

  /// One object a line; blank lines are passed over.
  private func lines() throws(DataError) -> [DatasetRow] {
    var rows: [DatasetRow] = []
    var number = 0
    for line in file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy(Self.isSpace) { continue }
      rows.append(DatasetRow(object: try object(try value(line), line: number), line: number))
    }
    return rows
  }

  /// A list of objects, however it is laid out.
  private func list() throws(DataError) -> [DatasetRow] {
    let values = try value(file.bytes).array ?? []
    var rows: [DatasetRow] = []
    rows.reserveCapacity(values.count)
    for (value, line) in zip(values, elementLines()) {
      rows.append(DatasetRow(object: try object(value, line: line), line: line))
    }
    return rows
  }

  /// Blocks of text between blank lines.
  private func paragraphs() -> [DatasetRow] {
    var rows: [DatasetRow] = []
    var block: [String] = []
    let text = String(decoding: file.bytes, as: UTF8.self)
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    for (index, line) in (lines + [""]).enumerated() {
      if line.allSatisfy(\.isWhitespace) {
        guard !block.isEmpty else { continue }
        var object = JSONObject()
        object["text"] = .string(block.joined(separator: "\n"))
        rows.append(DatasetRow(object: object, line: index + 1 - block.count))
        block = []
      } else {
        block.append(String(line))
      }
    }
    return rows
  }

  private func value(_ text: ArraySlice<UInt8>) throws(DataError) -> JSONValue {
    do {
      return try JSONValue(parsing: text)
    } catch {
      throw explained(error, in: text)
    }
  }

  private func object(_ value: JSONValue, line: Int) throws(DataError) -> JSONObject {
    if let object = value.object { return object }
    throw DataError(
      file: file.name, line: line, reason: "a row must be an object, and this is \(value.kind)",
      fix: "Write rows like {\"prompt\": \"…\", \"completion\": \"…\"}")
  }

  /// The line of each element of the outermost list, which is known to be well formed.
  private func elementLines() -> [Int] {
    var lines: [Int] = []
    var (line, depth, quoted, escaped, expected) = (1, 0, false, false, false)
    for byte in file.bytes {
      if byte == 0x0A { line += 1 }
      if quoted {
        if byte == UInt8(ascii: "\""), !escaped { quoted = false }
        escaped = byte == UInt8(ascii: "\\") && !escaped
        continue
      }
      let closes = byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
      if closes { depth -= 1 }
      if depth == 1, expected, !closes, !Self.isSpace(byte) {
        lines.append(line)
        expected = false
      }
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        if depth == 1 { expected = true }
      case UInt8(ascii: ","): if depth == 1 { expected = true }
      case UInt8(ascii: "\""): quoted = true
      default: break
      }
    }
    return lines
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
