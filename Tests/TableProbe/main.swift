import Files
import Tables

/// Reads files of columns for a comparison with pyarrow: for each path of standard input a line of JSON, with `rows`
/// and `left_out`, or with `error`.
func answer(to path: String) -> JSONValue {
  do {
    let bytes = try MappedFile.contents(of: path)[...]
    guard let kind = TableFile.Kind(of: bytes) else { return ["error": "no file of columns"] }
    var table = try TableFile(reading: bytes, kind, path: path)
    var rows: [JSONValue] = []
    while let row = try table.next() { rows.append(.object(row)) }
    return [
      "rows": .array(rows),
      "left_out": .array(table.leftOut.map { .string($0.column) }),
    ]
  } catch {
    return ["error": .string("\(error)")]
  }
}

while let path = readLine() {
  print(answer(to: path).text(.compact, sortedKeys: false))
}
