import Files

/// The rows of a table as text (CSV, TSV): RFC 4180, with the quotes, line feeds in quotes and line ends that
/// spreadsheets and Python's `csv` write. The first line names the columns; what stands in a field is text. A column
/// without a name, as pandas writes its index, gets pandas' name for it (`Unnamed: 0`).
struct TableReader {
  private let file: DataFile
  private let bytes: ArraySlice<UInt8>
  private let separator: UInt8
  private var place: Int
  /// Where the record at hand ends at the latest: one without an end is not read to the file's.
  private var end: Int
  private var line = 1

  /// Calls `body` with each row.
  ///
  /// - Parameter separator: a tab for TSV; a comma, or what the header has instead of one.
  /// - Returns: what to say of how they were cut.
  static func forEachRow(
    of file: DataFile, separator: UInt8, _ body: (DatasetRow) throws(DataError) -> Void
  ) throws(DataError) -> String? {
    var reader = TableReader(file: file, separator: separator)
    if let stated = reader.takeStatedSeparator(), stated != separator {
      _ = try forEachRow(of: file, separator: stated, body)
      return "its first line says what the columns stand between"
    }
    let header = try reader.record() ?? (fields: [], line: 1)
    let other = others.first { header.fields.first?.utf8.contains($0.separator) == true }
    if separator == UInt8(ascii: ","), header.fields.count == 1, let other {
      _ = try forEachRow(of: file, separator: other.separator, body)
      return "the columns stand between \(other.name)"
    }
    let names = header.fields.enumerated().map { $1.isBlank ? "Unnamed: \($0)" : $1 }
    try reader.check(names)
    while let (fields, line) = try reader.record() {
      guard fields.count == names.count else {
        throw DataError(
          file: file.name, line: line,
          reason: "the row has \(fields.count) fields, and the header names \(names.count)",
          fix: "Put fields with commas, quotes or line breaks into double quotes")
      }
      let members = zip(names, fields).map {
        JSONObject.Member(key: $0, value: .string($1))
      }
      try body(DatasetRow(object: JSONObject(checked: members), line: line))
    }
    return nil
  }

  /// What stands between columns where no comma does.
  private static let others: [(separator: UInt8, name: String)] = [
    (UInt8(ascii: ";"), "semicolons"), (0x09, "tabs"), (UInt8(ascii: "|"), "bars"),
  ]

  private init(file: DataFile, separator: UInt8) {
    (self.file, self.separator) = (file, separator)
    bytes = file.bytes
    place = bytes.startIndex
    end = bytes.endIndex
  }

  private func check(_ names: [String]) throws(DataError) {
    guard let repeated = names.indices.first(where: { names[..<$0].contains(names[$0]) }) else {
      return
    }
    throw DataError(
      file: file.name, line: 1, reason: "two columns are named \(Shown.quoted(names[repeated]))",
      fix: "Name every column in the first line, each once")
  }

  /// The separator that Excel's line before the header states (`sep=;`); nil without such a line.
  private mutating func takeStatedSeparator() -> UInt8? {
    let line = bytes.prefix { $0 != 0x0A && $0 != 0x0D }
    guard line.count == 5, line.starts(with: "sep=".utf8), let separator = line.last else {
      return nil
    }
    place = line.endIndex
    _ = takeLineEnd()
    return separator
  }

  /// The next record; nil at the end. Lines without anything are passed over.
  private mutating func record() throws(DataError) -> (fields: [String], line: Int)? {
    while place < bytes.endIndex, takeLineEnd() {}
    guard place < bytes.endIndex else { return nil }
    let start = line
    end = min(bytes.endIndex, place + RowReader.largestRow)
    var fields: [String] = []
    while true {
      fields.append(try field())
      guard place < end || end == bytes.endIndex else {
        throw DataError(
          file: file.name, line: start,
          reason: "the row has more than \(RowReader.largestRow) bytes, the most that is read",
          fix: "Cut the row into smaller ones")
      }
      guard place < bytes.endIndex else { break }
      if bytes[place] == separator {
        place += 1
      } else if takeLineEnd() {
        break
      }
    }
    return (fields, start)
  }

  /// Passes over LF, CR LF or CR; false if there is none.
  private mutating func takeLineEnd() -> Bool {
    guard place < bytes.endIndex, bytes[place] == 0x0A || bytes[place] == 0x0D else { return false }
    let isPair =
      bytes[place] == 0x0D && place + 1 < bytes.endIndex && bytes[place + 1] == 0x0A
    place += isPair ? 2 : 1
    line += 1
    return true
  }

  private mutating func field() throws(DataError) -> String {
    guard place < bytes.endIndex, bytes[place] == UInt8(ascii: "\"") else {
      let start = place
      while place < end, bytes[place] != separator, bytes[place] != 0x0A,
        bytes[place] != 0x0D
      {
        place += 1
      }
      return String(decoding: bytes[start..<place], as: UTF8.self)
    }
    return try quotedField()
  }

  /// What stands between quotes; two of them are one.
  private mutating func quotedField() throws(DataError) -> String {
    let start = line
    var text: [UInt8] = []
    place += 1
    while place < end {
      let byte = bytes[place]
      place += 1
      guard byte == UInt8(ascii: "\"") else {
        if byte == 0x0A { line += 1 }
        text.append(byte)
        continue
      }
      if place < bytes.endIndex, bytes[place] == UInt8(ascii: "\"") {
        text.append(byte)
        place += 1
        continue
      }
      let ends =
        place == bytes.endIndex || bytes[place] == separator || bytes[place] == 0x0A
        || bytes[place] == 0x0D
      guard ends else {
        throw DataError(
          file: file.name, line: line, reason: "there is text after the quote that ends a field",
          fix: "Write quotes within a field twice, as in \"say \"\"hi\"\"\"")
      }
      return String(decoding: text, as: UTF8.self)
    }
    if end < bytes.endIndex { return "" }
    throw DataError(
      file: file.name, line: start, reason: "a field begins with a quote that has no end",
      fix: "End the field with a quote, and write quotes within it twice")
  }
}
