import Files

/// The fields of a message in protobuf's wire format, one after another
/// (protobuf.dev/programming-guides/encoding). Groups, which nobody writes any more, are refused.
struct ProtobufFields {
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    /// A text, bytes or a message.
    case bytes(ArraySlice<UInt8>)
  }

  struct Field {
    let number: Int
    let value: Value
  }

  private let bytes: ArraySlice<UInt8>
  private var place: Int
  private let file: String

  /// - Parameter bytes: a part of the file's bytes, so that places are those in the file.
  init(_ bytes: ArraySlice<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
    place = bytes.startIndex
  }

  /// The next field; nil at the end.
  mutating func next() throws(FileError) -> Field? {
    guard place < bytes.endIndex else { return nil }
    let key = try varint()
    let number = Int(key >> 3 & 0x1FFF_FFFF)
    switch key & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1: return Field(number: number, value: .fixed64(try fixed(8)))
    case 2:
      let count = try varint()
      guard let size = Int(exactly: count), size <= bytes.endIndex - place else {
        throw failure("a field of \(count) bytes where \(bytes.endIndex - place) are left")
      }
      defer { place += size }
      return Field(number: number, value: .bytes(bytes[place..<place + size]))
    case 5: return Field(number: number, value: .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
    case let type: throw failure("a field of the type \(type)")
    }
  }

  private mutating func varint() throws(FileError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      guard place < bytes.endIndex else { throw failure("a number without an end") }
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw failure("a number of more than ten bytes")
  }

  private mutating func fixed(_ count: Int) throws(FileError) -> UInt64 {
    guard bytes.endIndex - place >= count else { throw failure("a number without an end") }
    defer { place += count }
    return bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func failure(_ what: String) -> FileError {
    FileError(
      .malformed, file: file, offset: place, cause: "it has \(what), as no SentencePiece model has",
      fix: "take the file from the model's own folder")
  }
}
