extension WeightFormat {
  /// Whether all weights in whole rows of a file's format are finite numbers.
  ///
  /// Where codes are whole numbers only the factors of the blocks are looked at: with finite float16
  /// factors every weight is finite.
  package func isFinite(_ rows: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .f32: !Self.holds(UInt32(0x7F80_0000), in: rows, every: 4)
    case .bf16: !Self.holds(UInt16(0x7F80), in: rows, every: 2)
    case .f16: !Self.holds(Self.halfExponent, in: rows, every: 2)
    case .q8_0: !Self.holds(Self.halfExponent, in: rows, every: 34)
    case .q4_0: !Self.holds(Self.halfExponent, in: rows, every: 18)
    case .q4_1:
      ![0, 2].contains { offset in
        Self.holds(Self.halfExponent, in: rows, from: offset, every: 20)
      }
    case .int8, .int4, .nf4, .fp4:
      preconditionFailure("\(rawValue) is no format of a file")
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
      let word = Word(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Word.self))
      // without a branch, so that several words are looked at in one step
      found = (word & exponent == exponent) || found
      place += stride
    }
    return found
  }
}
