import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Rotary position embedding (arXiv 2104.09864): pair i of a head turns by position · base^(-2i/d).
package final class RotaryEmbedding: Sendable {
  /// Which elements of a head form a pair.
  package enum Pairing: Sendable {
    /// (2i, 2i+1): GGUF's order for Llama.
    case adjacent
    /// (i, i + d/2): Hugging Face's order.
    case halves
  }

  package let headSize: Int
  package let pairing: Pairing
  private let cosines: [Float]
  private let sines: [Float]

  /// - Parameters:
  ///   - positions: how many positions the tables hold.
  ///   - frequencyFactors: divisors of each pair's frequency (GGUF's `rope_freqs.weight`), or empty.
  package init(
    headSize: Int, positions: Int, base: Double, pairing: Pairing, frequencyFactors: [Float] = []
  ) {
    self.headSize = headSize
    self.pairing = pairing
    let pairs = headSize / 2
    var cosines = [Float](repeating: 0, count: positions * pairs)
    var sines = cosines
    for pair in 0..<pairs {
      var frequency = pow(base, -2 * Double(pair) / Double(headSize))
      if pair < frequencyFactors.count { frequency /= Double(frequencyFactors[pair]) }
      for position in 0..<positions {
        let angle = Double(position) * frequency
        cosines[position * pairs + pair] = Float(cos(angle))
        sines[position * pairs + pair] = Float(sin(angle))
      }
    }
    self.cosines = cosines
    self.sines = sines
  }

  package var positionCount: Int { headSize < 2 ? 0 : cosines.count / (headSize / 2) }

  /// Turns `x` `[tokens, heads · headSize]` in place; `inverse` turns back, which is the gradient.
  package func rotate(
    _ x: Matrix, positions: [Int32], inverse: Bool = false, with compute: Compute
  ) {
    let pairs = headSize / 2
    precondition(positions.count == x.rows, "\(positions.count) positions for \(x.rows) rows")
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        guard let cosine = cosines.baseAddress, let sine = sines.baseAddress else {
          preconditionFailure("no positions for heads of \(headSize)")
        }
        let count = positionCount
        nonisolated(unsafe) let tables = (cosine: cosine, sine: sine)
        compute.forEachBlock(of: x.rows, grain: 64) { rows in
          for row in rows {
            let position = Int(positions[row])
            precondition(position < count, "position \(position) of \(count)")
            let offset = position * pairs
            ck_rotate(
              x.row(row), x.columns / headSize, headSize, tables.cosine + offset,
              tables.sine + offset,
              pairing == .adjacent, inverse)
          }
        }
      }
    }
  }
}
