import CKernels
import Glibc
import Synchronization

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
  /// The first elements of a head, which turn; the others stay as they are.
  package let dimensions: Int
  package let pairing: Pairing
  /// Positions that can be turned: the model's context.
  package let positionCount: Int
  /// Turns of each pair a position, in radians.
  private let frequencies: [Double]
  /// Made as far as positions were asked for, since a context of millions would fill gigabytes.
  private let tables = Mutex(Tables())

  /// The cosines and sines of a range of positions from 0, a row of pairs for each.
  private struct Tables {
    var cosines: [Float] = []
    var sines: [Float] = []

    mutating func grow(to positions: Int, _ frequencies: [Double]) {
      let pairs = frequencies.count
      cosines.reserveCapacity(positions * pairs)
      sines.reserveCapacity(positions * pairs)
      for position in cosines.count / pairs..<positions {
        for frequency in frequencies {
          let angle = Double(position) * frequency
          cosines.append(Float(cos(angle)))
          sines.append(Float(sin(angle)))
        }
      }
    }
  }

  /// - Parameters:
  ///   - dimensions: elements of a head that turn, even, at least 2; nil for all.
  ///   - positions: how many positions there may be.
  ///   - frequencyFactors: divisors of each pair's frequency (GGUF's `rope_freqs.weight`), or empty.
  package init(
    headSize: Int, dimensions: Int? = nil, positions: Int, base: Double, pairing: Pairing,
    frequencyFactors: [Float] = []
  ) {
    let dimensions = dimensions ?? headSize
    let pairs = dimensions / 2
    precondition(
      dimensions >= 2 && dimensions % 2 == 0 && dimensions <= headSize,
      "\(dimensions) of \(headSize) elements of a head cannot turn in pairs")
    precondition(
      frequencyFactors.isEmpty || frequencyFactors.count == pairs,
      "\(frequencyFactors.count) frequency factors for \(pairs) pairs")
    self.headSize = headSize
    self.dimensions = dimensions
    self.pairing = pairing
    positionCount = positions
    frequencies = (0..<pairs).map { pair in
      let frequency = pow(base, -2 * Double(pair) / Double(dimensions))
      return frequencyFactors.isEmpty ? frequency : frequency / Double(frequencyFactors[pair])
    }
  }

  /// Cosines and sines of position 1, from which those of every other follow.
  package var firstTurn: [Float] {
    frequencies.map { Float(cos($0)) } + frequencies.map { Float(sin($0)) }
  }

  /// The tables of at least the first `count` positions; they double, so that a reply that grows by
  /// one token at a time does not make them anew each time.
  private func tables(of count: Int) -> Tables {
    tables.withLock { tables in
      let made = tables.cosines.count / frequencies.count
      if made < count {
        tables.grow(to: min(positionCount, max(count, 2 * made, 256)), frequencies)
      }
      return tables
    }
  }

  /// Turns `x` `[tokens, heads · headSize]` in place; `inverse` turns back, which is the gradient.
  ///
  /// - Parameter positions: each from 0 to below `positionCount`.
  package func rotate(
    _ x: Matrix, positions: [Int32], inverse: Bool = false, with compute: Compute
  ) {
    guard let first = positions.min(), let last = positions.max() else { return }
    precondition(
      first >= 0 && last < positionCount && positions.count >= x.rows,
      "positions \(first) to \(last) of \(x.rows) rows in a context of \(positionCount)")
    let pairs = dimensions / 2
    let heads = x.columns / headSize
    let tables = tables(of: Int(last) + 1)
    unsafe tables.cosines.withUnsafeBufferPointer { cosines in
      unsafe tables.sines.withUnsafeBufferPointer { sines in
        guard let cosine = cosines.baseAddress, let sine = sines.baseAddress else { return }
        // Tasks only read the tables.
        nonisolated(unsafe) let tables = unsafe (cosine: cosine, sine: sine)
        compute.forEachBlock(of: x.rows, grain: 64) { rows in
          for row in rows {
            let offset = Int(positions[row]) * pairs
            let (cosine, sine) = unsafe (tables.cosine + offset, tables.sine + offset)
            if dimensions == headSize {
              unsafe ck_rotate(
                x.row(row), heads, headSize, cosine, sine, pairing == .adjacent, inverse)
              continue
            }
            for head in 0..<heads {
              unsafe ck_rotate(
                x.row(row) + head * headSize, 1, dimensions, cosine, sine, pairing == .adjacent,
                inverse)
            }
          }
        }
      }
    }
  }
}
