import Files

/// Rows that were read from a file without lines of JSON: in memory while they are few, beyond that in a temporary
/// file.
struct StoredRows: Sendable {
  /// How many bytes of rows stay in memory.
  private static let kept = 8 << 20

  private var bytes = ScratchBytes(limit: Self.kept)
  /// Of each row its line and where its bytes end.
  private var places: [(line: Int, end: Int)] = []

  var count: Int { places.count }

  mutating func append(_ row: DatasetRow) throws(FileError) {
    var record: [UInt8] = []
    JSONRecord.append(row.object, to: &record)
    try unsafe record.withUnsafeBufferPointer { record throws(FileError) in
      try unsafe bytes.append(UnsafeRawBufferPointer(record))
    }
    places.append((row.line, bytes.count))
  }

  subscript(index: Int) -> DatasetRow {
    let start = index == 0 ? 0 : places[index - 1].end
    let record = bytes.bytes(places[index].end - start, from: start)
    return DatasetRow(object: JSONRecord.object(of: record), line: places[index].line)
  }
}
