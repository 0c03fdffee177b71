import Glibc

/// How the angles of rotary positions are stretched for contexts longer than the model was first
/// trained for.
package enum RopeScaling: Sendable, Equatable {
  case none
  /// Every angle divided by the factor (position interpolation, arXiv 2306.15595).
  case linear(factor: Double)
  /// Llama 3.1's: slow turns are divided by the factor, fast ones are left, and those between blend;
  /// transformers' `_compute_llama3_parameters`.
  case llama3(factor: Double, low: Double, high: Double, originalContext: Int)

  /// The divisor of each pair's frequency; empty where none changes.
  ///
  /// - Parameters:
  ///   - headSize: even; there are half as many pairs.
  ///   - base: the rope base: pair i turns by base^(-2i/headSize) a position.
  package func frequencyFactors(headSize: Int, base: Double) -> [Float] {
    switch self {
    case .none: return []
    case .linear(let factor):
      return [Float](repeating: Float(factor), count: headSize / 2)
    case .llama3(let factor, let low, let high, let originalContext):
      let context = Double(originalContext)
      return (0..<headSize / 2).map { pair in
        let frequency = pow(base, -2 * Double(pair) / Double(headSize))
        let wavelength = 2 * Double.pi / frequency
        if wavelength < context / high { return 1 }
        if wavelength > context / low { return Float(factor) }
        let share = (context / wavelength - low) / (high - low)
        return Float(1 / ((1 - share) / factor + share))
      }
    }
  }
}
