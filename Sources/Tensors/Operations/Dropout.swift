/// Inverted dropout whose mask is a function of (seed, element), so that the backward pass and a
/// replay draw it again instead of storing it.
package struct Dropout: Sendable {
  package let probability: Float
  /// Differs for every step, layer and module.
  package let seed: UInt64

  package init(probability: Float, seed: UInt64) {
    precondition((0..<1).contains(probability), "a dropout of \(probability)")
    self.probability = probability
    self.seed = seed
  }

  /// y = x · mask / (1 − probability); `y` may be `x`. Also the backward pass, with gradients.
  package func apply(_ x: Matrix, into y: Matrix, with compute: Compute) {
    precondition(
      x.rows == y.rows && x.columns == y.columns,
      "a dropout of \(x.rows) × \(x.columns) into \(y.rows) × \(y.columns)")
    let scale = 1 / (1 - probability)
    let threshold = UInt64(Double(probability) * 0x1p32)
    compute.forEachBlock(of: x.rows, grain: 64) { rows in
      for row in rows {
        let (input, output) = unsafe (x.row(row), y.row(row))
        for column in 0..<x.columns {
          let draw = Self.mix(seed ^ UInt64(row * x.columns + column)) >> 32
          unsafe output[column] = draw < threshold ? 0 : input[column] * scale
        }
      }
    }
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value &+ 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
