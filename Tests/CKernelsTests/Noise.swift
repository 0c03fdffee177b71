/// A small seeded stream of numbers (SplitMix64) for test inputs.
struct Noise: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func values(_ count: Int, within bound: Float = 1) -> [Float] {
    (0..<count).map { _ in Float.random(in: -bound...bound, using: &self) }
  }
}

/// Half of the distance from 1 to the next Float: the relative error of one rounding.
let unitRoundoff = 0x1p-24

extension Float {
  /// The nearest bf16, ties to even, from the definition: the upper 16 bits of the pattern.
  var roundedToBF16: Float {
    let low = bitPattern & 0xFFFF
    let high = bitPattern >> 16
    let up = low > 0x8000 || (low == 0x8000 && high & 1 == 1)
    return Float(bitPattern: (high + (up ? 1 : 0)) << 16)
  }
}
