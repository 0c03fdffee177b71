import Files

/// A Parquet file. Of the group of rows at hand one page of each column is in memory.
struct ParquetFile: TableRows {
  private let schema: ParquetSchema
  private let bytes: ArraySlice<UInt8>
  private let metadata: ParquetMetadata
  private var budget: TableBudget
  private var nextGroup = 0
  private var assembly = ParquetAssembly([])
  /// Of the group at hand.
  private var rowsLeft = 0

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

  var leftOut: [TableFile.LeftOut] { schema.leftOut }

  mutating func next() throws(TableFault) -> JSONObject? {
    while rowsLeft == 0 {
      guard assembly.isAtEnd else { throw .damaged("a column has more rows than its group") }
      guard nextGroup < metadata.rowGroups.count else { return nil }
      try openGroup(metadata.rowGroups[nextGroup])
      nextGroup += 1
    }
    rowsLeft -= 1
    return try assembly.row(schema.root, &budget)
  }

  private mutating func openGroup(_ group: ParquetMetadata.RowGroup) throws(TableFault) {
    try budget.take(values: group.rows)
    var columns: [ParquetColumn] = []
    for leaf in schema.leaves {
      columns.append(try ParquetColumn(leaf, group.chunks[leaf.place], of: bytes, &budget))
    }
    (assembly, rowsLeft) = (ParquetAssembly(columns), group.rows)
  }
}
