/// Bytes that are read from front to back, none of them trusted.
struct BytesReader {
  let bytes: ArraySlice<UInt8>
  /// The next byte's index.
  var place: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  var left: Int { bytes.endIndex - place }
  var rest: ArraySlice<UInt8> { bytes[place...] }

  static let end = TableFault(.truncated, "it ends before what it announces")

  mutating func byte() throws(TableFault) -> UInt8 {
    guard left > 0 else { throw Self.end }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func take(_ count: Int) throws(TableFault) -> ArraySlice<UInt8> {
    guard count >= 0, count <= left else { throw Self.end }
    defer { place += count }
    return bytes[place..<place + count]
  }

  /// A little-endian number.
  mutating func number<Number: FixedWidthInteger>(
    _: Number.Type
  ) throws(TableFault) -> Number {
    let size = Number.bitWidth / 8
    guard size <= left else { throw Self.end }
    defer { place += size }
    return Self.number(Number.self, bytes, at: place)
  }

  /// A little-endian number at an index; all its bytes are there.
  static func number<Number: FixedWidthInteger>(
    _: Number.Type, _ bytes: ArraySlice<UInt8>, at place: Int
  ) -> Number {
    var number: Number = 0
    for offset in 0..<Number.bitWidth / 8 {
      number |= Number(truncatingIfNeeded: bytes[place + offset]) << (8 * offset)
    }
    return number
  }

  /// An unsigned LEB128 number: seven bits a byte, the lowest first.
  mutating func variable() throws(TableFault) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      let next = try byte()
      guard shift < 63 || next <= 1 else { break }
      number |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return number }
    }
    throw .damaged("a number in it has too many digits")
  }

  /// A variable number as a size.
  mutating func size() throws(TableFault) -> Int {
    guard let size = Int(exactly: try variable()) else {
      throw .damaged("a size in it is too large")
    }
    return size
  }

  /// A signed number whose lowest bit is the sign.
  mutating func zigzag() throws(TableFault) -> Int64 {
    let number = try variable()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }
}
