import Files

/// Values by their differences, texts by what they share with the one before, and numbers by planes of their bytes
/// (Parquet's Encodings.md, "Delta encoding", "Delta-length byte array", "Delta Strings", "Byte Stream Split").
enum PackedValues {
  static func values(
    _ leaf: ParquetLeaf, _ count: Int, _ encoding: Int, _ body: inout BytesReader,
    _ budget: inout TableBudget
  ) throws(TableFault) -> [JSONValue] {
    let isBytes = leaf.storage == .bytes || leaf.storage == .fixedBytes
    switch encoding {
    case 5 where leaf.storage == .int32 || leaf.storage == .int64:
      let isNarrow = leaf.storage == .int32
      return try differences(count, &body).map {
        leaf.value(of: isNarrow ? Int64(Int32(truncatingIfNeeded: $0)) : $0)
      }
    case 6 where isBytes:
      var values: [JSONValue] = []
      for length in try differences(count, &body) {
        values.append(try leaf.value(ofSized: try body.take(Int(length))))
      }
      return values
    case 7 where isBytes: return try prefixed(leaf, count, &body, &budget)
    case 9 where leaf.storage != .boolean && leaf.storage != .bytes:
      return try planes(leaf, count, &body)
    default:
      throw .unsupported("a column of another type has the encoding number \(encoding)")
    }
  }

  /// Whole numbers: blocks of miniblocks, whose numbers are differences less the least of the block.
  private static func differences(
    _ count: Int, _ body: inout BytesReader
  ) throws(TableFault) -> [Int64] {
    let (block, parts, stated) = (try body.size(), try body.size(), try body.size())
    guard parts > 0, block > 0, block <= 1 << 20, block.isMultiple(of: parts),
      (block / parts).isMultiple(of: 32)
    else { throw .damaged("its blocks of differences have no sound size") }
    guard stated == count else {
      throw .damaged("a page has \(stated) differences, and \(count) values")
    }
    var numbers = [try body.zigzag()]
    var last = numbers[0]
    while numbers.count < count {
      let least = try body.zigzag()
      let widths = try body.take(parts)
      for width in widths where numbers.count < count {
        guard width <= 64 else { throw .damaged("a difference in it has too many bits") }
        let size = block / parts
        let needed = min(size, count - numbers.count)
        let bytes = try body.take(min(size * Int(width) / 8, body.left))
        guard bytes.count * 8 >= needed * Int(width) else { throw BytesReader.end }
        var bits = BitReader(bytes)
        for _ in 0..<needed {
          last = last &+ least &+ Int64(bitPattern: bits.next(Int(width)))
          numbers.append(last)
        }
      }
    }
    return numbers
  }

  private static func prefixed(
    _ leaf: ParquetLeaf, _ count: Int, _ body: inout BytesReader, _ budget: inout TableBudget
  ) throws(TableFault) -> [JSONValue] {
    let size = body.left
    let shared = try differences(count, &body)
    let lengths = try differences(count, &body)
    var values: [JSONValue] = []
    var (last, made): ([UInt8], Int) = ([], 0)
    for (shared, length) in zip(shared, lengths) {
      let rest = try body.take(Int(length))
      guard shared >= 0, shared <= last.count else {
        throw .damaged("a text shares more than the one before it has")
      }
      last = Array(last[..<Int(shared)]) + rest
      made += last.count
      try budget.take(unpacked: last.count)
      try TableBudget.check(unpacked: made, of: size)
      values.append(try leaf.value(ofSized: last[...]))
    }
    return values
  }

  private static func planes(
    _ leaf: ParquetLeaf, _ count: Int, _ body: inout BytesReader
  ) throws(TableFault) -> [JSONValue] {
    let sizes: [ParquetLeaf.Storage: Int] = [
      .int32: 4, .int64: 8, .int96: 12, .float: 4, .double: 8,
    ]
    let size = sizes[leaf.storage] ?? leaf.length
    guard size >= 0, case let (total, isOver) = count.multipliedReportingOverflow(by: size),
      !isOver
    else { throw .damaged("its values have no size") }
    let planes = try body.take(total)
    let start = planes.startIndex
    var bytes: [UInt8] = []
    bytes.reserveCapacity(total)
    for index in 0..<count {
      for plane in 0..<size { bytes.append(planes[start + plane * count + index]) }
    }
    var reader = BytesReader(bytes[...])
    return try PlainValues.values(leaf, count, &reader)
  }
}

extension ParquetLeaf {
  /// What bytes of any number stand for.
  fileprivate func value(ofSized bytes: ArraySlice<UInt8>) throws(TableFault) -> JSONValue {
    guard storage == .bytes || bytes.count == length else {
      throw .damaged("a value has \(bytes.count) bytes, and the column's have \(length)")
    }
    return try value(of: bytes)
  }
}
