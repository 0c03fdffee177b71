import Files

/// An Arrow stream, or a file, which has the same messages and says at its end where they are: of a schema, of
/// dictionaries and of rows, of which one batch is in memory.
struct ArrowStream: TableRows {
  let leftOut: [TableFile.LeftOut]
  private let fields: [ArrowField]
  private var messages: ArrowMessages
  private var budget: TableBudget
  private var dictionaries: [Int64: [JSONValue]] = [:]
  /// The columns whose values the dictionaries have.
  private var coded: [Int64: ArrowField] = [:]
  /// The batch at hand, and its next row.
  private var columns: [(name: String, ArrowArray)] = []
  private var (row, rowCount) = (0, 0)

  /// - Parameter isFile: whether the bytes begin and end as a file does.
  init(_ bytes: ArraySlice<UInt8>, isFile: Bool) throws(TableFault) {
    messages = try ArrowMessages(bytes, isFile: isFile)
    budget = TableBudget(fileOf: bytes.count)
    let (schema, version) = messages.schema
    guard version == 3 || version == 4 else {
      throw .unsupported("its metadata is of the version number \(version)")
    }
    guard try schema.number(0, Int16(0)) == 0 else {
      throw .unsupported("its numbers are big-endian")
    }
    var (fields, most): ([ArrowField], Int) = ([], 10_000)
    for table in try schema.tables(1) {
      fields.append(try ArrowField(table, budget: &most))
    }
    try ArrowField.checkNames(fields)
    guard version == 4 || !fields.contains(where: \.hasUnion) else {
      throw .unsupported("it has unions as before version 1.0 of Arrow")
    }
    self.fields = fields
    leftOut = fields.flatMap { $0.leftOut() }
    for field in fields { noteDictionaries(field) }
  }

  private mutating func noteDictionaries(_ field: ArrowField) {
    if let dictionary = field.dictionary { coded[dictionary.id] = field }
    for child in field.children { noteDictionaries(child) }
  }

  mutating func next() throws(TableFault) -> JSONObject? {
    while row == rowCount {
      guard let message = try messages.next() else { return nil }
      switch message.type {
      case 2: try readDictionary(message)
      case 3: try openBatch(message)
      default: throw .unsupported("it has a message of the type number \(message.type)")
      }
    }
    defer { row += 1 }
    return try ArrowArray.object(columns, row, &budget)
  }

  private mutating func openBatch(_ message: ArrowMessages.Message) throws(TableFault) {
    var batch = try ArrowBatch(message.header, message.body, dictionaries)
    try budget.take(values: batch.count)
    (columns, row, rowCount) = ([], 0, batch.count)
    for field in fields {
      guard let array = try batch.array(field, &budget) else { continue }
      guard array.count == batch.count else {
        throw .damaged("a batch has \(batch.count) rows, and a column \(array.count)")
      }
      columns.append((field.name, array))
    }
  }

  private mutating func readDictionary(_ message: ArrowMessages.Message) throws(TableFault) {
    let id = try message.header.number(0, Int64(0))
    guard let field = coded[id], let table = try message.header.table(1) else {
      throw .damaged("it has a dictionary of no column")
    }
    guard field.unread == nil else { return }
    var batch = try ArrowBatch(table, message.body, dictionaries)
    guard let array = try batch.array(field.entries, &budget) else { return }
    var entries = try message.header.flag(2) ? dictionaries[id] ?? [] : []
    for index in 0..<array.count { entries.append(try array.value(index, &budget)) }
    dictionaries[id] = entries
  }
}
