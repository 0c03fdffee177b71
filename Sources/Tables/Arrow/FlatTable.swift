/// A table of a flatbuffer: fields by number, each found through an offset that leads only forward.
struct FlatTable {
  private let bytes: ArraySlice<UInt8>
  /// Where the table and the list of its fields' places begin, from the start of the bytes.
  private let start: Int
  private let fields: Range<Int>

  /// The table that the bytes begin with an offset to.
  init(root bytes: ArraySlice<UInt8>) throws(TableFault) {
    self = try FlatTable(bytes, at: Int(try Self.number(UInt32.self, bytes, 0)))
  }

  private init(_ bytes: ArraySlice<UInt8>, at start: Int) throws(TableFault) {
    self.bytes = bytes
    self.start = start
    let list = start - Int(try Self.number(Int32.self, bytes, start))
    let size = Int(try Self.number(UInt16.self, bytes, list))
    guard size >= 4, size <= bytes.count - list else { throw Self.damaged }
    fields = list + 4..<list + size
  }

  /// A number, or another where the field is absent.
  func number<Number: FixedWidthInteger>(
    _ field: Int, _ absent: Number
  ) throws(TableFault) -> Number {
    guard let place = try place(of: field) else { return absent }
    return try Self.number(Number.self, bytes, place)
  }

  func flag(_ field: Int) throws(TableFault) -> Bool { try number(field, UInt8(0)) != 0 }

  func text(_ field: Int) throws(TableFault) -> String? {
    guard let place = try target(of: field) else { return nil }
    let length = Int(try Self.number(UInt32.self, bytes, place))
    guard length <= bytes.count - place - 4 else { throw Self.damaged }
    let start = bytes.startIndex + place + 4
    return try Text.decoded(bytes[start..<start + length])
  }

  func table(_ field: Int) throws(TableFault) -> FlatTable? {
    guard let place = try target(of: field) else { return nil }
    return try FlatTable(bytes, at: place)
  }

  /// The tables of a list.
  func tables(_ field: Int) throws(TableFault) -> [FlatTable] {
    guard let (place, count) = try list(field, elementSize: 4) else { return [] }
    var tables: [FlatTable] = []
    for index in 0..<count {
      let element = place + 4 * index
      tables.append(
        try FlatTable(bytes, at: element + Int(try Self.number(UInt32.self, bytes, element))))
    }
    return tables
  }

  /// The numbers of a list, or of a list of structures of such numbers one after the other.
  ///
  /// - Parameter each: numbers of an element.
  func numbers(_ field: Int, each: Int = 1) throws(TableFault) -> [Int64] {
    guard let (place, count) = try list(field, elementSize: 8 * each) else { return [] }
    var numbers: [Int64] = []
    for index in 0..<count * each {
      numbers.append(try Self.number(Int64.self, bytes, place + 8 * index))
    }
    return numbers
  }

  private func list(
    _ field: Int, elementSize: Int
  ) throws(TableFault) -> (place: Int, count: Int)? {
    guard let place = try target(of: field) else { return nil }
    let count = Int(try Self.number(UInt32.self, bytes, place))
    guard count <= (bytes.count - place - 4) / elementSize else { throw Self.damaged }
    return (place + 4, count)
  }

  private func place(of field: Int) throws(TableFault) -> Int? {
    let entry = fields.lowerBound + 2 * field
    guard entry + 2 <= fields.upperBound else { return nil }
    let offset = Int(try Self.number(UInt16.self, bytes, entry))
    return offset == 0 ? nil : start + offset
  }

  private func target(of field: Int) throws(TableFault) -> Int? {
    guard let place = try place(of: field) else { return nil }
    return place + Int(try Self.number(UInt32.self, bytes, place))
  }

  private static func number<Number: FixedWidthInteger>(
    _: Number.Type, _ bytes: ArraySlice<UInt8>, _ offset: Int
  ) throws(TableFault) -> Number {
    guard offset >= 0, offset <= bytes.count - Number.bitWidth / 8 else { throw damaged }
    return BytesReader.number(Number.self, bytes, at: bytes.startIndex + offset)
  }

  private static let damaged = TableFault.damaged("an offset in its metadata leads outside")
}
