import Files

/// A leaf's values in one group of rows, with the levels that place them, read a page at a time.
struct ParquetColumn {
  private let leaf: ParquetLeaf
  private var pages: ParquetPages?
  /// The page at hand, and its next entry and value. Entries for null and for empty lists have no value.
  private var page = ParquetPage(entries: 0)
  private var (entry, value) = (0, 0)
  /// The entries of the pages behind it.
  private var entriesLeft: Int

  /// Reads the first page of a chunk.
  init(
    _ leaf: ParquetLeaf, _ chunk: ParquetMetadata.Chunk, of file: ArraySlice<UInt8>,
    _ budget: inout TableBudget
  ) throws(TableFault) {
    self.leaf = leaf
    entriesLeft = max(0, chunk.values)
    // without values there need be no page
    guard chunk.values > 0 else { return }
    try budget.take(values: chunk.values)
    pages = try ParquetPages(leaf, chunk, of: file)
    try turnPage(&budget)
  }

  var isAtEnd: Bool { entry == page.entries && entriesLeft == 0 }

  /// The next entry's level; -1 at the end.
  var nextDefinition: Int {
    guard entry < page.entries else { return -1 }
    return leaf.definition == 0 ? 0 : Int(page.definitions[entry])
  }

  var nextRepetition: Int {
    guard entry < page.entries else { return -1 }
    return leaf.repetition == 0 ? 0 : Int(page.repetitions[entry])
  }

  /// The next value, or null.
  mutating func take(
    _ repetition: Int, outer: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> JSONValue {
    let definition = nextDefinition
    guard nextRepetition == repetition, definition >= outer else { throw Self.uneven }
    guard definition == leaf.definition else {
      try pass(&budget)
      return .null
    }
    let taken = page.values[value]
    value += 1
    try pass(&budget)
    if case .string(let text) = taken { try budget.take(text: text.utf8.count) }
    return taken
  }

  mutating func skip(
    _ repetition: Int, below definition: Int, _ budget: inout TableBudget
  ) throws(TableFault) {
    guard nextRepetition == repetition, (0..<definition).contains(nextDefinition) else {
      throw Self.uneven
    }
    try pass(&budget)
  }

  private mutating func pass(_ budget: inout TableBudget) throws(TableFault) {
    entry += 1
    if entry == page.entries { try turnPage(&budget) }
  }

  /// Reads on to the next page that has an entry.
  private mutating func turnPage(_ budget: inout TableBudget) throws(TableFault) {
    while entry == page.entries, entriesLeft > 0 {
      guard let next = try pages?.next(atMost: entriesLeft, &budget) else { return }
      (page, entry, value) = (next, 0, 0)
      entriesLeft -= page.entries
    }
  }

  private static let uneven = TableFault.damaged("its columns do not fit together")
}
