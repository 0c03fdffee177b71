import Glibc
import Tensors

/// How the angles of rotary positions are stretched for contexts longer than the model was first
/// trained for.
package enum RopeScaling: Sendable, Equatable {
  case none
  /// Every angle divided by the factor (position interpolation, arXiv 2306.15595).
  case linear(factor: Double)
  /// Llama 3.1's: slow turns are divided by the factor, fast ones are left, and those between blend;
  /// transformers' `_compute_llama3_parameters`.
  case llama3(factor: Double, low: Double, high: Double, originalContext: Int)
  case yarn(YaRN)
  case longRoPE(LongRoPE)

  /// Slow turns are divided by the factor and fast ones left, with a ramp between them, and cosines and sines are
  /// multiplied (arXiv 2309.00071; transformers' `_compute_yarn_parameters`).
  package struct YaRN: Sendable, Equatable {
    package var factor: Double
    /// Turns within the original context above which a pair is left, and below which it is divided.
    package var fast = 32.0
    package var slow = 1.0
    package var originalContext: Int
    package var magnitude: Double
    /// Whether the ramp goes from a whole pair to a whole pair.
    package var truncates = true

    package init(factor: Double, originalContext: Int, magnitude: Double? = nil) {
      self.factor = factor
      self.originalContext = originalContext
      self.magnitude = magnitude ?? Self.magnitude(factor)
    }

    /// What the paper multiplies by.
    package static func magnitude(_ factor: Double, scale: Double = 1) -> Double {
      factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1
    }
  }

  /// Divisors of each pair's frequency, others where a sequence is longer than the original context (arXiv
  /// 2402.13753; transformers' `_compute_longrope_parameters`).
  package struct LongRoPE: Sendable, Equatable {
    package var short: [Float]
    package var long: [Float]
    package var originalContext: Int
    package var magnitude: Double

    package init(short: [Float], long: [Float], originalContext: Int, magnitude: Double) {
      self.short = short
      self.long = long
      self.originalContext = originalContext
      self.magnitude = magnitude
    }

    /// What the paper multiplies by.
    static func magnitude(_ factor: Double, originalContext: Int) -> Double {
      factor <= 1 ? 1 : (1 + log(factor) / log(Double(originalContext))).squareRoot()
    }
  }

  /// What cosines and sines are multiplied by.
  package var magnitude: Double {
    switch self {
    case .none, .linear, .llama3: 1
    case .yarn(let yarn): yarn.magnitude
    case .longRoPE(let rope): rope.magnitude
    }
  }

  /// The divisors of longer sequences, where they have others.
  var extended: RotaryEmbedding.Extended? {
    guard case .longRoPE(let rope) = self else { return nil }
    return RotaryEmbedding.Extended(beyond: rope.originalContext, frequencyFactors: rope.long)
  }

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
    case .yarn(let yarn): return yarn.frequencyFactors(headSize: headSize, base: base)
    case .longRoPE(let rope): return rope.short
    }
  }
}

extension RopeScaling.YaRN {
  fileprivate func frequencyFactors(headSize: Int, base: Double) -> [Float] {
    /// The pair that turns this often within the original context.
    func pair(turns: Double) -> Double {
      let size = Double(headSize)
      return size * log(Double(originalContext) / (turns * 2 * Double.pi)) / (2 * log(base))
    }
    let ends = (first: pair(turns: fast), last: pair(turns: slow))
    let first = max(0, truncates ? ends.first.rounded(.down) : ends.first)
    let last = min(Double(headSize - 1), truncates ? ends.last.rounded(.up) : ends.last)
    let width = first == last ? 0.001 : last - first
    return (0..<headSize / 2).map { pair in
      let ramp = min(1, max(0, (Double(pair) - first) / width))
      return Float(1 / (ramp / factor + 1 - ramp))
    }
  }
}
