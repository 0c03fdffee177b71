import Files
import Tables

/// Rows of files that store columns. Where rows of text have lines, these have their numbers.
extension RowReader {
  func forEachTableRow(
    _ kind: TableFile.Kind, _ columns: ColumnMapping,
    _ body: (DatasetRow) throws(DataError) -> Void
  ) throws(DataError) -> String? {
    var table: TableFile
    do throws(FileError) {
      table = try TableFile(reading: file.bytes, kind, path: file.name)
    } catch {
      throw DataError(error, named: file.name)
    }
    try check(table.leftOut, columns)
    var number = 0
    while let object = try next(of: &table) {
      number += 1
      try checkSize(JSONValue.object(object).textBytes, line: number)
      try body(DatasetRow(object: object, line: number))
    }
    let parts = table.leftOut.map { "\(Shown.clipped($0.column)) (\($0.content))" }
    return parts.isEmpty ? nil : "left out, as rows cannot hold it: \(Shown.list(parts))"
  }

  private func next(of table: inout TableFile) throws(DataError) -> JSONObject? {
    do throws(FileError) {
      return try table.next()
    } catch {
      throw DataError(error, named: file.name)
    }
  }

  /// Refuses a file that lacks a column which rows are made of, for what the column has.
  private func check(
    _ leftOut: [TableFile.LeftOut], _ columns: ColumnMapping
  ) throws(DataError) {
    let parts = DatasetFormat.allCases.flatMap { $0.requiredKeys + $0.optionalKeys }
    let wanted = Set(parts.map(columns.key) + columns.names.values)
    guard let part = leftOut.first(where: { wanted.contains($0.column) }) else { return }
    throw DataError(
      file: file.name,
      reason:
        "the column \(Shown.quoted(part.column)) has \(part.content), and rows cannot hold it",
      fix: "Write it as text")
  }
}

extension JSONValue {
  /// The bytes of all texts in it, names not counted.
  fileprivate var textBytes: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .array(let elements): elements.reduce(0) { $0 + $1.textBytes }
    case .object(let object): object.members.reduce(0) { $0 + $1.value.textBytes }
    default: 0
    }
  }
}
