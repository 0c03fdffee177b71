/// The messages of a stream one after the other, or those that a file names at its end.
struct ArrowMessages {
  struct Message {
    /// 1 schema, 2 dictionary, 3 rows.
    let type: UInt8
    let version: Int16
    let header: FlatTable
    let body: ArraySlice<UInt8>
  }

  /// What the columns are, and the version of the format.
  private(set) var schema: (FlatTable, version: Int16)
  private let bytes: ArraySlice<UInt8>
  private var reader: BytesReader
  /// Where messages begin that are still to come; nil for a stream.
  private var places: ArraySlice<Int64>?

  init(_ bytes: ArraySlice<UInt8>, isFile: Bool) throws(TableFault) {
    self.bytes = bytes
    reader = BytesReader(bytes)
    guard isFile else {
      guard let message = try Self.message(&reader), message.type == 1 else {
        throw .damaged("it does not begin with a schema")
      }
      (schema, places) = ((message.header, message.version), nil)
      return
    }
    let footer = try Self.footer(bytes)
    guard let schema = try footer.table(1) else { throw .damaged("it has no schema") }
    self.schema = (schema, try footer.number(0, Int16(0)))
    // three numbers each, of which the first is the place
    let blocks = try footer.numbers(2, each: 3) + (try footer.numbers(3, each: 3))
    places = stride(from: 0, to: blocks.count, by: 3).map { blocks[$0] }[...]
  }

  /// From the end: the mark, the footer's length in four bytes, the footer.
  private static func footer(_ bytes: ArraySlice<UInt8>) throws(TableFault) -> FlatTable {
    guard bytes.count >= 18, bytes.suffix(6).elementsEqual("ARROW1".utf8) else {
      throw TableFault(.truncated, "it does not end as a whole Arrow file does")
    }
    let end = bytes.endIndex - 10
    let length = Int(BytesReader.number(Int32.self, bytes, at: end))
    guard length > 0, length <= bytes.count - 18 else {
      throw .damaged("its footer is said to be longer than the file")
    }
    return try FlatTable(root: bytes[end - length..<end])
  }

  /// The next message; nil at the end, which in a stream is where a mark of no bytes stands or no bytes follow.
  mutating func next() throws(TableFault) -> Message? {
    if places != nil {
      guard let place = places?.popFirst() else { return nil }
      guard place >= 0, place <= bytes.count else {
        throw .damaged("a batch of it is said to be outside the file")
      }
      reader.place = bytes.startIndex + Int(place)
    } else if reader.left == 0 {
      return nil
    }
    return try Self.message(&reader)
  }

  private static func message(_ reader: inout BytesReader) throws(TableFault) -> Message? {
    guard try reader.number(UInt32.self) == .max else {
      throw .unsupported("a message in it has no mark, as before version 0.15 of Arrow")
    }
    let size = Int(try reader.number(Int32.self))
    guard size > 0 else {
      guard size == 0 else { throw .damaged("a message in it has no size") }
      return nil
    }
    let table = try FlatTable(root: try reader.take(size))
    guard let header = try table.table(2), let length = Int(exactly: try table.number(3, Int64(0)))
    else { throw .damaged("a message in it has no contents") }
    return Message(
      type: try table.number(1, UInt8(0)), version: try table.number(0, Int16(0)),
      header: header, body: try reader.take(length))
  }
}
