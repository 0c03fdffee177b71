import Files

/// A leaf's values in one group of rows, with the levels that place them.
struct ParquetColumn {
  private let leaf: ParquetLeaf
  /// Of every entry; empty where all have level 0.
  private var definitions: [UInt8] = []
  private var repetitions: [UInt8] = []
  /// Those that are not null.
  private var values: [JSONValue] = []
  /// Entries, those for null and for empty lists among them.
  private(set) var count = 0
  /// The next entry, and the next value.
  private(set) var entry = 0
  private var value = 0

  /// Reads the pages of a chunk.
  init(
    _ leaf: ParquetLeaf, _ chunk: ParquetMetadata.Chunk, of file: ArraySlice<UInt8>,
    _ budget: inout TableBudget
  ) throws(TableFault) {
    self.leaf = leaf
    // without values there need be no page
    guard chunk.values > 0 else { return }
    try budget.take(values: chunk.values)
    var pages = try ParquetPages(leaf, chunk, of: file)
    while count < chunk.values {
      let page = try pages.next(atMost: chunk.values - count, &budget)
      definitions += page.definitions
      repetitions += page.repetitions
      values += page.values
      count += page.entries
    }
  }

  /// The next entry's level; -1 at the end.
  var nextDefinition: Int {
    guard entry < count else { return -1 }
    return leaf.definition == 0 ? 0 : Int(definitions[entry])
  }

  var nextRepetition: Int {
    guard entry < count else { return -1 }
    return leaf.repetition == 0 ? 0 : Int(repetitions[entry])
  }

  /// The next value, or null.
  mutating func take(
    _ repetition: Int, outer: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> JSONValue {
    let definition = nextDefinition
    guard nextRepetition == repetition, definition >= outer else { throw Self.uneven }
    entry += 1
    guard definition == leaf.definition else { return .null }
    defer { value += 1 }
    if case .string(let text) = values[value] { try budget.take(text: text.utf8.count) }
    return values[value]
  }

  mutating func skip(_ repetition: Int, below definition: Int) throws(TableFault) {
    guard nextRepetition == repetition, (0..<definition).contains(nextDefinition) else {
      throw Self.uneven
    }
    entry += 1
  }

  private static let uneven = TableFault.damaged("its columns do not fit together")
}
