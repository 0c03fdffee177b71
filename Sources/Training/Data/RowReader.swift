import Files

/// The rows of a source: JSON Lines, a JSON list of objects, a table as text or by columns, or text in paragraphs.
package struct RowReader {
  let file: DataFile

  /// The most bytes of one row: more than the longest context has.
  static let largestRow = 16 << 20

  package static func rows(of source: DatasetSource) throws(DataError) -> [DatasetRow] {
    try read(source).rows
  }

  /// The rows, and what to say of where they stand.
  static func read(
    _ source: DatasetSource, columns: ColumnMapping = ColumnMapping()
  ) throws(DataError) -> (rows: [DatasetRow], notice: String?) {
    let reader = RowReader(file: try DataFile(source))
    if let kind = reader.file.columns { return try reader.tableRows(kind, columns) }
    let name = reader.file.textName.lowercased()
    if name.hasSuffix(".txt") || name.hasSuffix(".md") { return (try reader.paragraphs(), nil) }
    if name.hasSuffix(".csv") || name.hasSuffix(".tsv") {
      let separator = name.hasSuffix(".tsv") ? 0x09 : UInt8(ascii: ",")
      return try TableReader.rows(of: reader.file, separator: separator)
    }
    let first = reader.file.bytes.first { !Self.isSpace($0) }
    if first == UInt8(ascii: "[") {
      let places = try reader.checkedPlaces()
      return (try reader.rows(reader.value(reader.file.bytes).array ?? [], at: places.lines), nil)
    }
    if case .inline = source, first != UInt8(ascii: "{") { return (try reader.paragraphs(), nil) }
    return try reader.objects(columns)
  }

  /// One object a line, or one object that is a row or holds the rows, however it is laid out.
  private func objects(
    _ columns: ColumnMapping
  ) throws(DataError) -> (rows: [DatasetRow], notice: String?) {
    do throws(DataError) {
      let rows = try lines()
      guard rows.count == 1 else { return (rows, nil) }
      return try wrapped(rows[0], columns) ?? (rows, nil)
    } catch {
      // A row over several lines is no line of JSON, but may be the whole document.
      _ = try checkedPlaces()
      guard let object = (try? Self.parsed(file.bytes))?.object else { throw error }
      let row = DatasetRow(object: object, line: firstLine)
      return try wrapped(row, columns) ?? ([row], nil)
    }
  }

  /// One object a line; blank lines are passed over.
  private func lines() throws(DataError) -> [DatasetRow] {
    var rows: [DatasetRow] = []
    var number = 0
    var start = file.bytes.startIndex
    while start < file.bytes.endIndex {
      let line = file.bytes[start...].prefix { $0 != 0x0A }
      start = line.endIndex + 1
      number += 1
      if line.allSatisfy(Self.isSpace) { continue }
      try checkSize(line.count, line: number)
      rows.append(DatasetRow(object: try object(try value(line), line: number), line: number))
    }
    return rows
  }

  /// The elements of a list, each an object.
  func rows(_ values: [JSONValue], at lines: [Int]) throws(DataError) -> [DatasetRow] {
    var rows: [DatasetRow] = []
    rows.reserveCapacity(values.count)
    for (value, line) in zip(values, lines) {
      rows.append(DatasetRow(object: try object(value, line: line), line: line))
    }
    return rows
  }

  /// Blocks of text between blank lines, their lines joined by line feeds: CR LF is one line's end,
  /// as a line feed is.
  private func paragraphs() throws(DataError) -> [DatasetRow] {
    var rows: [DatasetRow] = []
    var block: [ArraySlice<UInt8>] = []
    var number = 0
    func finish() throws(DataError) {
      guard !block.isEmpty else { return }
      let start = number - block.count
      let bytes = Array(block.joined(separator: [0x0A]))
      try checkSize(bytes.count, line: start)
      let text = JSONValue.string(String(decoding: bytes, as: UTF8.self))
      rows.append(DatasetRow(object: ["text": text], line: start))
      block = []
    }
    for var line in file.bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      if line.last == 0x0D { line.removeLast() }
      if Self.isBlank(line) { try finish() } else { block.append(line) }
    }
    number += 1
    try finish()
    return rows
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
