/// Reproducible damage to a file.
enum Mutation {
  /// `bytes` with one to four of them changed, by the seed.
  static func flipped(_ bytes: [UInt8], seed: Int) -> [UInt8] {
    var state = UInt64(truncatingIfNeeded: seed) &+ 1
    func next(below limit: Int) -> Int {
      // xorshift64*
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return Int((state &* 0x2545_F491_4F6C_DD1D) >> 33) % limit
    }
    var result = bytes
    for _ in 0...next(below: 4) {
      let position = next(below: bytes.count)
      // Extremes reach more branches than bits alone.
      let values: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF, result[position] ^ (1 << next(below: 8))]
      result[position] = values[next(below: values.count)]
    }
    return result
  }
}
