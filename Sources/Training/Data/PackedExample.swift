/// The tokens of an example as bytes, two for each where that holds all of them, else four; then a bit for each that
/// says whether it is learnt.
struct PackedExample {
  let bytes: [UInt8]
  let count: Int
  let isNarrow: Bool

  /// - Parameter bytes: as many as `size` says.
  init(_ bytes: [UInt8], count: Int, isNarrow: Bool) {
    (self.bytes, self.count, self.isNarrow) = (bytes, count, isNarrow)
  }

  /// - Parameter trained: as many as the tokens.
  init(_ tokens: [Int32], _ trained: [Bool]) {
    let count = tokens.count
    // Bits above the lower sixteen are in none of them.
    let isNarrow = tokens.reduce(0) { $0 | $1 } >> 16 == 0
    let size = Self.size(of: count, isNarrow)
    bytes = unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for place in 0..<count {
        let token = tokens[place]
        if isNarrow {
          unsafe raw.storeBytes(
            of: UInt16(truncatingIfNeeded: token), toByteOffset: 2 * place, as: UInt16.self)
        } else {
          unsafe raw.storeBytes(of: token, toByteOffset: 4 * place, as: Int32.self)
        }
      }
      let start = Self.width(isNarrow) * count
      for place in start..<size { unsafe raw[place] = 0 }
      for place in 0..<count where trained[place] {
        unsafe raw[start + place / 8] |= 1 << UInt8(place % 8)
      }
      filled = size
    }
    (self.count, self.isNarrow) = (count, isNarrow)
  }

  var tokens: [Int32] {
    unsafe bytes.withUnsafeBytes { raw in
      (0..<count).map { place in
        isNarrow
          ? unsafe Int32(raw.loadUnaligned(fromByteOffset: 2 * place, as: UInt16.self))
          : unsafe raw.loadUnaligned(fromByteOffset: 4 * place, as: Int32.self)
      }
    }
  }

  var trained: [Bool] {
    let start = Self.width(isNarrow) * count
    return (0..<count).map { bytes[start + $0 / 8] >> UInt8($0 % 8) & 1 == 1 }
  }

  /// How many bytes an example of so many tokens takes.
  static func size(of count: Int, _ isNarrow: Bool) -> Int {
    width(isNarrow) * count + (count + 7) / 8
  }

  private static func width(_ isNarrow: Bool) -> Int { isNarrow ? 2 : 4 }
}
