import Files

/// What one page gives of a column.
struct ParquetPage {
  let entries: Int
  /// Of every entry, where the column has such levels.
  var definitions: [UInt8] = []
  var repetitions: [UInt8] = []
  var values: [JSONValue] = []
}

/// The pages of a chunk, one after the other.
struct ParquetPages {
  private struct Header {
    /// 0 data, 1 index, 2 dictionary, 3 data of the second version.
    var type = -1
    var size = 0
    var packedSize = 0
    var values = 0
    var encoding = -1
    var levelEncodings = [3, 3]
    var definitionBytes = 0
    var repetitionBytes = 0
    var isPacked = true
  }

  private let leaf: ParquetLeaf
  private let codec: Int
  private var reader: ThriftReader
  private var dictionary: [JSONValue]?

  init(
    _ leaf: ParquetLeaf, _ chunk: ParquetMetadata.Chunk, of file: ArraySlice<UInt8>
  ) throws(TableFault) {
    guard !chunk.isEncrypted else { throw .unsupported("a column is encrypted") }
    guard !chunk.isElsewhere else { throw .unsupported("a column is in another file") }
    let start = chunk.dictionaryOffset.flatMap { $0 > 0 ? min($0, chunk.dataOffset) : nil }
    let offset = start ?? chunk.dataOffset
    guard offset >= 4, offset <= file.count, chunk.packedBytes >= 0,
      chunk.packedBytes <= file.count - offset
    else { throw .damaged("a column is said to be outside the file") }
    self.leaf = leaf
    codec = chunk.codec
    let begin = file.startIndex + offset
    reader = ThriftReader(file[begin..<begin + chunk.packedBytes])
  }

  /// The next page with values, at most that many; dictionaries before it are kept.
  mutating func next(
    atMost most: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> ParquetPage {
    while true {
      let header = try readHeader()
      let bytes = try reader.bytes.take(header.packedSize)
      guard header.size >= 0, header.values >= 0 else { throw .damaged("a page has no size") }
      guard header.values <= most || header.type == 2 else {
        throw .damaged("a page has more values than its column")
      }
      switch header.type {
      case 0: return try page(header, bytes, &budget)
      case 2:
        guard [0, 2].contains(header.encoding) else { throw Self.unread(header.encoding) }
        var body = BytesReader(try unpacked(bytes, header.size, &budget))
        try budget.take(values: header.values)
        dictionary = try PlainValues.values(leaf, header.values, &body)
      case 3: return try secondPage(header, bytes, &budget)
      default: break
      }
    }
  }

  private mutating func readHeader() throws(TableFault) -> Header {
    var header = Header()
    try reader.structure { (reader, field, type) throws(TableFault) in
      switch (field, type) {
      case (1, .int): header.type = try reader.int()
      case (2, .int): header.size = try reader.int()
      case (3, .int): header.packedSize = try reader.int()
      case (5, .structure), (7, .structure), (8, .structure):
        try Self.read(&header, &reader, isSecond: field == 8)
      default: return false
      }
      return true
    }
    return header
  }

  private static func read(
    _ header: inout Header, _ reader: inout ThriftReader, isSecond: Bool
  ) throws(TableFault) {
    var result = header
    try reader.structure { (reader, field, type) throws(TableFault) in
      switch (field, type, isSecond) {
      case (1, .int, _): result.values = try reader.int()
      case (2, .int, false), (4, .int, true): result.encoding = try reader.int()
      case (3, .int, false): result.levelEncodings[0] = try reader.int()
      case (4, .int, false): result.levelEncodings[1] = try reader.int()
      case (5, .int, true): result.definitionBytes = try reader.int()
      case (6, .int, true): result.repetitionBytes = try reader.int()
      case (7, .no, true): result.isPacked = false
      default: return false
      }
      return true
    }
    header = result
  }

  /// Levels and values are packed together; before levels stands their length.
  private func page(
    _ header: Header, _ bytes: ArraySlice<UInt8>, _ budget: inout TableBudget
  ) throws(TableFault) -> ParquetPage {
    guard header.levelEncodings == [3, 3] || leaf.definition + leaf.repetition == 0 else {
      throw .unsupported("its levels have the encoding BIT_PACKED")
    }
    var body = BytesReader(try unpacked(bytes, header.size, &budget))
    var page = ParquetPage(entries: header.values)
    if leaf.repetition > 0 {
      let levels = try body.take(Int(try body.number(UInt32.self)))
      page.repetitions = try levelValues(levels, header.values, leaf.repetition)
    }
    if leaf.definition > 0 {
      let levels = try body.take(Int(try body.number(UInt32.self)))
      page.definitions = try levelValues(levels, header.values, leaf.definition)
    }
    page.values = try values(of: page, header.encoding, &body, &budget)
    return page
  }

  /// Levels stand before what is packed.
  private func secondPage(
    _ header: Header, _ bytes: ArraySlice<UInt8>, _ budget: inout TableBudget
  ) throws(TableFault) -> ParquetPage {
    var body = BytesReader(bytes)
    var page = ParquetPage(entries: header.values)
    let repetitions = try body.take(header.repetitionBytes)
    let definitions = try body.take(header.definitionBytes)
    if leaf.repetition > 0 {
      page.repetitions = try levelValues(repetitions, header.values, leaf.repetition)
    }
    if leaf.definition > 0 {
      page.definitions = try levelValues(definitions, header.values, leaf.definition)
    }
    let size = header.size - repetitions.count - definitions.count
    if header.isPacked { body = BytesReader(try unpacked(body.rest, size, &budget)) }
    page.values = try values(of: page, header.encoding, &body, &budget)
    return page
  }

  private func levelValues(
    _ bytes: ArraySlice<UInt8>, _ count: Int, _ most: Int
  ) throws(TableFault) -> [UInt8] {
    var reader = BytesReader(bytes)
    var levels: [UInt8] = []
    try HybridRuns.read(&reader, width: Int.bitWidth - most.leadingZeroBitCount, count: count) {
      (level, times) throws(TableFault) in
      guard level <= most else { throw .damaged("a level in it is too high") }
      levels.append(contentsOf: repeatElement(UInt8(level), count: times))
    }
    return levels
  }

  private func values(
    of page: ParquetPage, _ encoding: Int, _ body: inout BytesReader, _ budget: inout TableBudget
  ) throws(TableFault) -> [JSONValue] {
    let highest = UInt8(leaf.definition)
    let count = leaf.definition == 0 ? page.entries : page.definitions.count { $0 == highest }
    guard count > 0 else { return [] }
    switch encoding {
    case 2, 8: return try dictionaryValues(count, &body)
    case 0: return try PlainValues.values(leaf, count, &body)
    case 3 where leaf.storage == .boolean:
      var runs = BytesReader(try body.take(Int(try body.number(UInt32.self))))
      var values: [JSONValue] = []
      try HybridRuns.read(&runs, width: 1, count: count) { (bit, times) throws(TableFault) in
        values.append(contentsOf: repeatElement(.bool(bit == 1), count: times))
      }
      return values
    case 5...7, 9: return try PackedValues.values(leaf, count, encoding, &body, &budget)
    default: throw Self.unread(encoding)
    }
  }

  private func dictionaryValues(
    _ count: Int, _ body: inout BytesReader
  ) throws(TableFault) -> [JSONValue] {
    guard let dictionary else { throw .damaged("a page needs a dictionary, and there is none") }
    let width = Int(try body.byte())
    guard width <= 32 else { throw .damaged("its numbers of a dictionary are too wide") }
    var values: [JSONValue] = []
    try HybridRuns.read(&body, width: width, count: count) { (index, times) throws(TableFault) in
      guard index < dictionary.count else {
        throw .damaged("a value is not in its dictionary of \(dictionary.count)")
      }
      values.append(contentsOf: repeatElement(dictionary[index], count: times))
    }
    return values
  }

  private func unpacked(
    _ bytes: ArraySlice<UInt8>, _ size: Int, _ budget: inout TableBudget
  ) throws(TableFault) -> ArraySlice<UInt8> {
    guard size >= 0 else { throw .damaged("a page has no size") }
    let methods: [Int: CompressedBlock.Method] = [
      1: .snappy, 2: .gzip, 4: .brotli, 6: .zstd, 7: .lz4Block,
    ]
    guard codec != 0 else { return bytes }
    guard let method = methods[codec] else {
      let name = [3: "LZO", 5: "LZ4 of Hadoop"][codec] ?? "number \(codec)"
      throw .unsupported("a column is packed by \(name)")
    }
    try TableBudget.check(unpacked: size, of: bytes.count)
    try budget.take(unpacked: size)
    guard let unpacked = CompressedBlock.unpacked(bytes, by: method, size: size) else {
      throw .damaged("a page cannot be unpacked")
    }
    return unpacked[...]
  }

  private static func unread(_ encoding: Int) -> TableFault {
    .unsupported("a column has the encoding number \(encoding)")
  }
}
