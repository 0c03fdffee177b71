/// Small whole numbers as runs: of one number many times, or of numbers packed bit by bit (Parquet's Encodings.md,
/// "RLE/bit-packing hybrid").
enum HybridRuns {
  /// Gives numbers with how many times each stands there, until there are `count`.
  ///
  /// - Parameter width: bits of a number, at most 32.
  static func read(
    _ reader: inout BytesReader, width: Int, count: Int,
    _ take: (_ number: Int, _ times: Int) throws(TableFault) -> Void
  ) throws(TableFault) {
    var left = count
    // a number of no bits needs none
    if width == 0, left > 0 { return try take(0, left) }
    while left > 0 {
      let head = try reader.size()
      if head & 1 == 0 {
        var number = 0
        for shift in 0..<(width + 7) / 8 { number |= Int(try reader.byte()) << (8 * shift) }
        let times = min(head >> 1, left)
        guard times > 0 else { throw .damaged("a run in it has no length") }
        try take(number, times)
        left -= times
      } else {
        // the last group may be cut where its numbers are not needed
        let groups = min(head >> 1, reader.left / width + 1)
        guard groups > 0 else { throw .damaged("a run in it has no length") }
        let times = min(groups * 8, left)
        let bytes = try reader.take(min(groups * width, reader.left))
        guard bytes.count * 8 >= times * width else { throw BytesReader.end }
        var bits = BitReader(bytes)
        for _ in 0..<times { try take(Int(bits.next(width)), 1) }
        left -= times
      }
    }
  }
}

/// Numbers of any width up to 64 bits, packed without gaps, the lowest bit first.
struct BitReader {
  private let bytes: ArraySlice<UInt8>
  private var place: Int
  private var buffer: UInt64 = 0
  private var held = 0

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  /// The next number; bits behind the end are 0.
  mutating func next(_ width: Int) -> UInt64 {
    guard width <= 32 else {
      let low = next(32)
      return low | next(width - 32) << 32
    }
    while held < width {
      if place < bytes.endIndex { buffer |= UInt64(bytes[place]) << UInt64(held) }
      place += 1
      held += 8
    }
    let number = buffer & ((1 << UInt64(width)) - 1)
    buffer >>= UInt64(width)
    held -= width
    return number
  }
}
