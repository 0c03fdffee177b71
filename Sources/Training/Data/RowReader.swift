import Files

/// The rows of a source: JSON Lines, a JSON list of objects, a table as text or by columns, or text in paragraphs.
package struct RowReader {
  let file: DataFile

  /// The most bytes of one row: more than the longest context has.
  static let largestRow = 16 << 20

  package static func rows(of source: DatasetSource) throws(DataError) -> [DatasetRow] {
    var rows: [DatasetRow] = []
    _ = try forEachRow(of: source) { row in rows.append(row) }
    return rows
  }

  /// Calls `body` with each row, of which none is kept.
  ///
  /// - Returns: what to say of where they stand.
  static func forEachRow(
    of source: DatasetSource, columns: ColumnMapping = ColumnMapping(),
    _ body: (DatasetRow) throws(DataError) -> Void
  ) throws(DataError) -> String? {
    let reader = RowReader(file: try DataFile(source))
    if let kind = reader.file.columns {
      return try reader.forEachTableRow(kind, columns, body)
    }
    let name = reader.file.textName.lowercased()
    if name.hasSuffix(".txt") || name.hasSuffix(".md") { return try reader.forEachParagraph(body) }
    if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
      let separator = name.hasSuffix(".tsv") ? 0x09 : UInt8(ascii: ",")
      return try TableReader.forEachRow(of: reader.file, separator: separator, body)
    }
    let first = reader.file.bytes.first { !Self.isSpace($0) }
    if first == UInt8(ascii: "[") {
      try reader.forEachElement(body)
      return nil
    }
    if case .inline = source, first != UInt8(ascii: "{") {
      return try reader.forEachParagraph(body)
    }
    return try reader.forEachObject(columns, body)
  }

  /// One object a line, or one object that is a row or holds the rows, however it is laid out.
  private func forEachObject(
    _ columns: ColumnMapping, _ body: (DatasetRow) throws(DataError) -> Void
  ) throws(DataError) -> String? {
    var first: DatasetRow?
    var count = 0
    do throws(DataError) {
      try forEachLine { row throws(DataError) in
        count += 1
        // a line alone may be the whole document
        if count == 2, let first { try body(first) }
        if count == 1 { first = row } else { try body(row) }
      }
    } catch {
      guard count == 0 else { throw error }
      // A row over several lines is no line of JSON, but may be the whole document.
      _ = try checkedPlaces()
      guard let object = (try? Self.parsed(file.bytes))?.object else { throw error }
      (first, count) = (DatasetRow(object: object, line: firstLine), 1)
    }
    guard count == 1, let first else { return nil }
    guard let (rows, notice) = try wrapped(first, columns) else {
      try body(first)
      return nil
    }
    try forEach(of: rows.values, at: rows.lines, body)
    return notice
  }

  /// One object a line; blank lines are passed over.
  private func forEachLine(_ body: (DatasetRow) throws(DataError) -> Void) throws(DataError) {
    var number = 0
    var start = file.bytes.startIndex
    while start < file.bytes.endIndex {
      let line = file.bytes[start...].prefix { $0 != 0x0A }
      start = line.endIndex + 1
      number += 1
      if line.allSatisfy(Self.isSpace) { continue }
      try checkSize(line.count, line: number)
      try body(DatasetRow(object: try object(try value(line), line: number), line: number))
    }
  }

  /// The elements of a document that is a list, each an object.
  private func forEachElement(_ body: (DatasetRow) throws(DataError) -> Void) throws(DataError) {
    let lines = try checkedPlaces().lines
    try unsafe file.bytes.withUnsafeBufferPointer { bytes throws(DataError) in
      var elements = unsafe JSONElements(of: UnsafeRawBufferPointer(bytes), keepsDigits: true)
      for line in lines {
        guard let value = try next(of: &elements) else { break }
        try body(DatasetRow(object: try object(value, line: line), line: line))
      }
      guard try next(of: &elements) == nil else {
        preconditionFailure("a list has more elements than the \(lines.count) that were found")
      }
    }
  }

  private func next(of elements: inout JSONElements) throws(DataError) -> JSONValue? {
    do throws(JSONError) {
      return try elements.next()
    } catch {
      throw explained(error, in: file.bytes)
    }
  }

  /// The elements of a list within a document, each an object.
  private func forEach(
    of values: [JSONValue], at lines: [Int], _ body: (DatasetRow) throws(DataError) -> Void
  ) throws(DataError) {
    for (value, line) in zip(values, lines) {
      try body(DatasetRow(object: try object(value, line: line), line: line))
    }
  }

  /// Blocks of text between blank lines, their lines joined by line feeds: CR LF is one line's end,
  /// as a line feed is.
  private func forEachParagraph(
    _ body: (DatasetRow) throws(DataError) -> Void
  ) throws(DataError) -> String? {
    var block: [ArraySlice<UInt8>] = []
    var number = 0
    func finish() throws(DataError) {
      guard !block.isEmpty else { return }
      let start = number - block.count
      let bytes = Array(block.joined(separator: [0x0A]))
      try checkSize(bytes.count, line: start)
      let text = JSONValue.string(String(decoding: bytes, as: UTF8.self))
      try body(DatasetRow(object: ["text": text], line: start))
      block = []
    }
    for var line in file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      if line.last == 0x0D { line.removeLast() }
      if Self.isBlank(line) { try finish() } else { block.append(line) }
    }
    number += 1
    try finish()
    return nil
  }

  private func value(_ text: ArraySlice<UInt8>) throws(DataError) -> JSONValue {
    do {
      return try Self.parsed(text)
    } catch {
      throw explained(error, in: text)
    }
  }

  /// The bytes are parsed where they stand.
  private static func parsed(_ text: ArraySlice<UInt8>) throws(JSONError) -> JSONValue {
    try unsafe text.withUnsafeBufferPointer { bytes throws(JSONError) in
      try unsafe JSONValue(parsing: UnsafeRawBufferPointer(bytes), keepsDigits: true)
    }
  }

  /// The places of a document that is read as a whole, if no text in it is too long.
  private func checkedPlaces() throws(DataError) -> ElementPlaces {
    let places = ElementPlaces(in: file.bytes)
    try checkSize(places.longestText.bytes, line: places.longestText.line)
    return places
  }

  func checkSize(_ bytes: Int, line: Int) throws(DataError) {
    try Self.checkSize(bytes, line: line, of: file.name)
  }

  static func checkSize(_ bytes: Int, line: Int, of name: String) throws(DataError) {
    guard bytes > largestRow else { return }
    throw DataError(
      file: name, line: line,
      reason: "the row has \(bytes) bytes, and at most \(largestRow) are read",
      fix: "Cut the row into smaller ones")
  }

  private func object(_ value: JSONValue, line: Int) throws(DataError) -> JSONObject {
    try Self.object(value, line: line, of: file.name)
  }

  static func object(
    _ value: JSONValue, line: Int, of name: String
  ) throws(DataError) -> JSONObject {
    if let object = value.object { return object }
    throw DataError(
      file: name, line: line, reason: "a row must be an object, and this is \(value.kind)",
      fix: "Write rows like {\"prompt\": \"…\", \"completion\": \"…\"}")
  }

  private var firstLine: Int {
    let start = file.bytes.firstIndex { !Self.isSpace($0) } ?? file.bytes.startIndex
    return file.place(of: start).line
  }

  private static func isBlank(_ line: ArraySlice<UInt8>) -> Bool {
    if line.allSatisfy(isSpace) { return true }
    guard let first = line.first, first < 0x21 || first >= 0x80 else { return false }
    return String(decoding: line, as: UTF8.self).isBlank
  }

  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }
}
