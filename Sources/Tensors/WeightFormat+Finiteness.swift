extension WeightFormat {
  /// Whether all weights in whole rows of a file's format are finite numbers.
  ///
  /// Where codes are small whole numbers only the factors of the blocks are looked at: with finite
  /// float16 factors every weight is finite.
  package func isFinite(_ rows: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .f32: unsafe !Self.holds(UInt32(0x7F80_0000), in: rows, every: 4)
    case .bf16: unsafe !Self.holds(UInt16(0x7F80), in: rows, every: 2)
    default:
      unsafe factorPlaces.isEmpty
        ? decodesToNumbers(rows)
        : !factorPlaces.contains { place in
          unsafe Self.holds(Self.halfExponent, in: rows, from: place, every: byteCount)
        }
    }
  }

  /// The same by decoding, a few blocks at a time.
  private func decodesToNumbers(_ rows: UnsafeRawBufferPointer) -> Bool {
    precondition(ggmlNumber != nil, "\(rawValue) is no format of a file")
    guard let base = rows.baseAddress else { return true }
    let blocksAtOnce = 64
    var values = [Float](repeating: 0, count: blocksAtOnce * columnMultiple)
    return unsafe values.withUnsafeMutableBufferPointer { values in
      guard let output = values.baseAddress else { return true }
      let blocks = rows.count / byteCount
      return stride(from: 0, to: blocks, by: blocksAtOnce).allSatisfy { first in
        let count = min(blocksAtOnce, blocks - first)
        let matrix = unsafe FrozenMatrix(
          format: self, rows: 1, columns: count * columnMultiple, data: base + first * byteCount,
          rowByteCount: count * byteCount, owners: [])
        unsafe matrix.dequantize(row: 0, into: output)
        return unsafe values.prefix(matrix.columns).allSatisfy(\.isFinite)
      }
    }
  }

  /// The exponent of a float16. All its bits are set in infinities and in what is no number.
  private static let halfExponent: UInt16 = 0x7C00

  /// Whether one of the words, `stride` bytes from one to the next, has all bits of `exponent`.
  private static func holds<Word: FixedWidthInteger>(
    _ exponent: Word, in bytes: UnsafeRawBufferPointer, from offset: Int = 0, every stride: Int
  ) -> Bool {
    var found = false
    var place = offset
    while place + MemoryLayout<Word>.size <= bytes.count {
      let word = unsafe Word(
        littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Word.self))
      // without a branch, so that several words are looked at in one step
      found = (word & exponent == exponent) || found
      place += stride
    }
    return found
  }
}
