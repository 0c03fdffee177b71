import Files

/// Values one after the other (Parquet's Encodings.md, "Plain").
enum PlainValues {
  static func values(
    _ leaf: ParquetLeaf, _ count: Int, _ body: inout BytesReader
  ) throws(TableFault) -> [JSONValue] {
    var values: [JSONValue] = []
    values.reserveCapacity(min(count, body.left + 1))
    switch leaf.storage {
    case .boolean:
      var bits = BitReader(try body.take((count + 7) / 8))
      for _ in 0..<count { values.append(.bool(bits.next(1) == 1)) }
    case .int32:
      for _ in 0..<count { values.append(leaf.value(of: Int64(try body.number(Int32.self)))) }
    case .int64: for _ in 0..<count { values.append(leaf.value(of: try body.number(Int64.self))) }
    case .int96: for _ in 0..<count { values.append(try leaf.value(of: try body.take(12))) }
    case .float:
      for _ in 0..<count {
        values.append(
          Scalar.value(of: Double(Float(bitPattern: try body.number(UInt32.self)))))
      }
    case .double:
      for _ in 0..<count {
        values.append(Scalar.value(of: Double(bitPattern: try body.number(UInt64.self))))
      }
    case .bytes:
      for _ in 0..<count {
        values.append(try leaf.value(of: try body.take(Int(try body.number(UInt32.self)))))
      }
    case .fixedBytes:
      for _ in 0..<count { values.append(try leaf.value(of: try body.take(leaf.length))) }
    }
    return values
  }
}

extension ParquetLeaf {
  /// Unsigned numbers of 32 bits stand there by their bits.
  func value(of number: Int64) -> JSONValue {
    let isNarrow = storage == .int32 && scalar == .unsigned
    return scalar.value(of: isNarrow ? number & 0xFFFF_FFFF : number)
  }

  /// What bytes stand for.
  func value(of bytes: ArraySlice<UInt8>) throws(TableFault) -> JSONValue {
    switch scalar {
    case .text: return .string(try Text.decoded(bytes))
    case .decimal(let scale):
      guard bytes.count <= 16 else { throw .unsupported("a decimal has more than 128 bits") }
      // big-endian, in two's complement
      let start: Int128 = (bytes.first ?? 0) & 0x80 == 0 ? 0 : -1
      let number = bytes.reduce(start) { $0 << 8 | Int128($1) }
      return .digits(Scalar.decimal(number, scale: scale))
    case .floating:
      return Scalar.value(
        of: Double(
          Float16(bitPattern: BytesReader.number(UInt16.self, bytes, at: bytes.startIndex))))
    case .timestamp:
      // billionths of a second in a day, and the day by its Julian number
      let part = BytesReader.number(Int64.self, bytes, at: bytes.startIndex)
      let day = Int64(BytesReader.number(UInt32.self, bytes, at: bytes.startIndex + 8)) - 2_440_588
      let (count, isOver) = day.multipliedReportingOverflow(by: 86_400_000_000_000)
      let (sum, isOverToo) = count.addingReportingOverflow(part)
      guard !isOver, !isOverToo else { throw .damaged("a point in time is out of range") }
      return scalar.value(of: sum)
    default: return .null
    }
  }
}
