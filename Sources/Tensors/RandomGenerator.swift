import Glibc

/// A counter-based generator: Philox4x64-10 (Salmon et al., "Parallel Random Numbers: As Easy as
/// 1, 2, 3", SC 2011; the same function as NumPy's `Philox`).
///
/// Every purpose has its own stream, so drawing more numbers for one purpose never changes another,
/// and any place of a stream can be reached without drawing what comes before it.
package struct RandomGenerator: RandomNumberGenerator, Sendable {
  /// The 64-bit numbers drawn from this stream so far. Setting it jumps to that place.
  package var position: UInt64 = 0

  private let key: (UInt64, UInt64)
  private let index: UInt64
  private var block: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
  private var blockNumber: UInt64?

  /// - Parameters:
  ///   - seed: the root of all randomness of a run.
  ///   - stream: the purpose, for example "shuffle" or "dropout".
  ///   - index: which of the stream's sequences, for example the epoch or the layer.
  package init(seed: UInt64, stream: String, index: UInt64 = 0) {
    self.init(key: (seed, Self.hash(stream)), index: index)
  }

  /// A stream of the bare function, for comparing with other implementations.
  package init(key: (UInt64, UInt64), index: UInt64 = 0) {
    self.key = key
    self.index = index
  }

  package mutating func next() -> UInt64 {
    let number = position >> 2
    if blockNumber != number {
      block = Self.philox(counter: (number, index, 0, 0), key: key)
      blockNumber = number
    }
    defer { position &+= 1 }
    switch position & 3 {
    case 0: return block.0
    case 1: return block.1
    case 2: return block.2
    default: return block.3
    }
  }

  /// A number in [0, 1), a multiple of 2^-24.
  package mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number of the normal distribution of the given deviation around 0 (Box and Muller's cosine
  /// branch; two draws each). Reckoned in Double, so that a last-bit difference between libraries
  /// does not reach the Float.
  package mutating func normal(deviation: Float = 1) -> Float {
    let radius = (-2 * log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    let angle = 2 * Double.pi * (Double(next() >> 11) * 0x1p-53)
    return deviation * Float(radius * cos(angle))
  }

  /// A number in 0..<bound, without bias (Lemire, "Fast Random Integer Generation in an Interval",
  /// 2019).
  package mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "a number from 0 to below \(bound)")
    guard bound > 1 else { return 0 }
    let bound = UInt64(bound)
    let rejected = (0 &- bound) % bound
    while true {
      let product = next().multipliedFullWidth(by: bound)
      if product.low >= rejected { return Int(product.high) }
    }
  }

  /// 0..<count in random order (Fisher and Yates). Written out because the standard library does
  /// not promise the same order from one version to the next.
  package mutating func permutation(_ count: Int) -> [Int] {
    precondition(count >= 0, "an order of \(count) things")
    var order = Array(0..<count)
    for last in order.indices.dropFirst().reversed() {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }

  /// FNV-1a, 64 bits.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  private static func philox(
    counter: (UInt64, UInt64, UInt64, UInt64), key: (UInt64, UInt64)
  ) -> (UInt64, UInt64, UInt64, UInt64) {
    var (x, key) = (counter, key)
    for _ in 0..<10 {
      let a = x.0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let b = x.2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      x = (b.high ^ x.1 ^ key.0, b.low, a.high ^ x.3 ^ key.1, a.low)
      key = (key.0 &+ 0x9E37_79B9_7F4A_7C15, key.1 &+ 0xBB67_AE85_84CA_A73B)
    }
    return x
  }
}
