import Files

/// A Parquet file, read one group of rows at a time.
struct ParquetFile {
  let schema: ParquetSchema
  private let bytes: ArraySlice<UInt8>
  private let metadata: ParquetMetadata
  private var next = 0
  private var budget: TableBudget

  init(_ bytes: ArraySlice<UInt8>) throws(TableFault) {
    self.bytes = bytes
    metadata = try ParquetMetadata(of: bytes)
    schema = try ParquetSchema(of: metadata.elements)
    budget = TableBudget(fileOf: bytes.count)
    var rows = 0
    for group in metadata.rowGroups {
      guard group.chunks.count == schema.chunks else {
        throw .damaged(
          "a group of rows has \(group.chunks.count) columns, and the schema \(schema.chunks)")
      }
      guard group.rows >= 0, case let (sum, isOver) = rows.addingReportingOverflow(group.rows),
        !isOver
      else { throw .damaged("a group of rows has \(group.rows) rows") }
      rows = sum
    }
    guard rows == metadata.rows else {
      throw .damaged("it is said to have \(metadata.rows) rows, and its groups have \(rows)")
    }
  }

  /// The rows of the next group; nil after the last.
  mutating func nextRows() throws(TableFault) -> [JSONObject]? {
    guard next < metadata.rowGroups.count else { return nil }
    let group = metadata.rowGroups[next]
    next += 1
    try budget.take(values: group.rows)
    var columns: [ParquetColumn] = []
    for leaf in schema.leaves {
      columns.append(try ParquetColumn(leaf, group.chunks[leaf.place], of: bytes, &budget))
    }
    var assembly = ParquetAssembly(columns)
    var rows: [JSONObject] = []
    rows.reserveCapacity(group.rows)
    for _ in 0..<group.rows { rows.append(try assembly.row(schema.root, &budget)) }
    guard assembly.isAtEnd else { throw .damaged("a column has more rows than its group") }
    return rows
  }
}
