import Files

/// What a Parquet file says of itself at its end (parquet.thrift, `FileMetaData`), as far as it is read.
struct ParquetMetadata {
  /// An element of the schema, which is written as a list in depth-first order.
  struct Element {
    var type: Int?
    var length = 0
    /// 0 required, 1 optional, 2 repeated.
    var repetition = 0
    var name = ""
    var children = 0
    var converted: Int?
    var scale = 0
    /// The number of the logical type's field, and what that field has of its own.
    var logical: (type: Int, scale: Int, perSecond: Int, isUTC: Bool, isSigned: Bool)?
  }

  struct Chunk {
    var codec = 0
    var values = 0
    var packedBytes = 0
    var dataOffset = 0
    var dictionaryOffset: Int?
    var isElsewhere = false
    var isEncrypted = false
  }

  struct RowGroup {
    var chunks: [Chunk] = []
    var rows = 0
  }

  private(set) var elements: [Element] = []
  private(set) var rowGroups: [RowGroup] = []
  private(set) var rows = 0

  /// - Parameter bytes: the whole file: `PAR1`, pages, this, its length in four bytes, `PAR1`.
  init(of bytes: ArraySlice<UInt8>) throws(TableFault) {
    guard bytes.count >= 12 else { throw BytesReader.end }
    guard bytes.suffix(4).elementsEqual("PAR1".utf8) else {
      throw bytes.suffix(4).elementsEqual("PARE".utf8)
        ? .unsupported("its metadata is encrypted")
        : TableFault(.truncated, "it does not end as a whole Parquet file does")
    }
    let length = BytesReader.number(UInt32.self, bytes, at: bytes.endIndex - 8)
    guard Int(length) <= bytes.count - 12 else {
      throw .damaged("its metadata is said to be longer than the file")
    }
    let end = bytes.endIndex - 8
    var reader = ThriftReader(bytes[end - Int(length)..<end])
    var (elements, groups, rows): ([Element], [RowGroup], Int) = ([], [], 0)
    try reader.structure { (reader, field, type) throws(TableFault) in
      switch (field, type) {
      case (2, .list):
        try reader.list { (reader) throws(TableFault) in elements.append(try Element(&reader)) }
      case (3, .long): rows = try reader.int()
      case (4, .list):
        try reader.list { (reader) throws(TableFault) in groups.append(try RowGroup(&reader)) }
      default: return false
      }
      return true
    }
    (self.elements, rowGroups, self.rows) = (elements, groups, rows)
  }
}

extension ParquetMetadata.Element {
  init(_ reader: inout ThriftReader) throws(TableFault) {
    var element = Self()
    try reader.structure { (reader, field, type) throws(TableFault) in
      switch (field, type) {
      case (1, .int): element.type = try reader.int()
      case (2, .int): element.length = try reader.int()
      case (3, .int): element.repetition = try reader.int()
      case (4, .binary): element.name = try reader.text()
      case (5, .int): element.children = try reader.int()
      case (6, .int): element.converted = try reader.int()
      case (7, .int): element.scale = try reader.int()
      case (10, .structure): try element.readLogicalType(&reader)
      default: return false
      }
      return true
    }
    self = element
  }

  /// A union: one field, whose number says the type.
  private mutating func readLogicalType(_ reader: inout ThriftReader) throws(TableFault) {
    var logical = (type: 0, scale: 0, perSecond: 1, isUTC: false, isSigned: true)
    try reader.structure { (reader, field, type) throws(TableFault) in
      logical.type = field
      guard type == .structure else { return false }
      try reader.structure { (reader, inner, type) throws(TableFault) in
        switch (field, inner, type) {
        case (5, 1, .int): logical.scale = try reader.int()
        case (7...8, 1, .yes): logical.isUTC = true
        case (10, 2, .no): logical.isSigned = false
        case (7...8, 2, .structure):
          try reader.structure { (_, unit, _) throws(TableFault) in
            logical.perSecond = [1: 1000, 2: 1_000_000, 3: 1_000_000_000][unit] ?? 1
            return false
          }
        default: return false
        }
        return true
      }
      return true
    }
    self.logical = logical
  }
}

extension ParquetMetadata.RowGroup {
  fileprivate init(_ reader: inout ThriftReader) throws(TableFault) {
    var group = Self()
    try reader.structure { (reader, field, type) throws(TableFault) in
      switch (field, type) {
      case (1, .list):
        try reader.list { (reader) throws(TableFault) in
          group.chunks.append(try ParquetMetadata.Chunk(&reader))
        }
      case (3, .long): group.rows = try reader.int()
      default: return false
      }
      return true
    }
    self = group
  }
}

extension ParquetMetadata.Chunk {
  fileprivate init(_ reader: inout ThriftReader) throws(TableFault) {
    var chunk = Self()
    try reader.structure { (reader, field, type) throws(TableFault) in
      switch (field, type) {
      case (1, .binary): chunk.isElsewhere = try !reader.text().isEmpty
      case (3, .structure): try chunk.readMetadata(&reader)
      case (8, _), (9, _):
        chunk.isEncrypted = true
        return false
      default: return false
      }
      return true
    }
    self = chunk
  }

  private mutating func readMetadata(_ reader: inout ThriftReader) throws(TableFault) {
    var chunk = self
    try reader.structure { (reader, field, type) throws(TableFault) in
      switch (field, type) {
      case (4, .int): chunk.codec = try reader.int()
      case (5, .long): chunk.values = try reader.int()
      case (7, .long): chunk.packedBytes = try reader.int()
      case (9, .long): chunk.dataOffset = try reader.int()
      case (11, .long): chunk.dictionaryOffset = try reader.int()
      default: return false
      }
      return true
    }
    self = chunk
  }
}
