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
  private let turns: Turns
  /// Those of sequences that are longer than so many positions, where they have others.
  private let extended: (beyond: Int, turns: Turns)?

  /// Divisors of the frequencies in longer sequences (LongRoPE).
  package struct Extended: Sendable {
    /// The longest sequence that has the plain ones.
    package let beyond: Int
    package let frequencyFactors: [Float]

    package init(beyond: Int, frequencyFactors: [Float]) {
      self.beyond = beyond
      self.frequencyFactors = frequencyFactors
    }
  }

  /// The cosines and sines of a range of positions from 0, a row of pairs for each.
  private struct Tables {
    var cosines: [Float] = []
    var sines: [Float] = []

    mutating func grow(to positions: Int, _ frequencies: [Double], _ magnitude: Double) {
      let pairs = frequencies.count
      cosines.reserveCapacity(positions * pairs)
      sines.reserveCapacity(positions * pairs)
      for position in cosines.count / pairs..<positions {
        for frequency in frequencies {
          let angle = Double(position) * frequency
          cosines.append(Float(magnitude * cos(angle)))
          sines.append(Float(magnitude * sin(angle)))
        }
      }
    }
  }

  private final class Turns: Sendable {
    /// Turns of each pair a position, in radians.
    let frequencies: [Double]
    /// What cosines and sines are multiplied by.
    let magnitude: Double
    /// Made as far as positions were asked for, since a context of millions would fill gigabytes.
    private let tables = Mutex(Tables())

    init(dimensions: Int, base: Double, divisors: [Float], magnitude: Double) {
      let pairs = dimensions / 2
      precondition(
        divisors.isEmpty || divisors.count == pairs,
        "\(divisors.count) frequency factors for \(pairs) pairs")
      self.magnitude = magnitude
      frequencies = (0..<pairs).map { pair in
        let frequency = pow(base, -2 * Double(pair) / Double(dimensions))
        return divisors.isEmpty ? frequency : frequency / Double(divisors[pair])
      }
    }

    /// Cosines and sines of position 1, from which those of every other follow.
    var first: [Float] {
      frequencies.map { Float(magnitude * cos($0)) }
        + frequencies.map { Float(magnitude * sin($0)) }
    }

    /// The tables of at least the first `count` positions; they double, so that a reply that grows by
    /// one token at a time does not make them anew each time.
    func tables(of count: Int, within positionCount: Int) -> Tables {
      tables.withLock { tables in
        let made = tables.cosines.count / frequencies.count
        if made < count {
          tables.grow(
            to: min(positionCount, max(count, 2 * made, 256)), frequencies, magnitude)
        }
        return tables
      }
    }
  }

  /// - Parameters:
  ///   - dimensions: elements of a head that turn, even, at least 2; nil for all.
  ///   - positions: how many positions there may be.
  ///   - frequencyFactors: divisors of each pair's frequency (GGUF's `rope_freqs.weight`), or empty.
  ///   - magnitude: what cosines and sines are multiplied by (YaRN).
  ///   - extended: the divisors of longer sequences, where they have others.
  package init(
    headSize: Int, dimensions: Int? = nil, positions: Int, base: Double, pairing: Pairing,
    frequencyFactors: [Float] = [], magnitude: Double = 1, extended: Extended? = nil
  ) {
    let dimensions = dimensions ?? headSize
    precondition(
      dimensions >= 2 && dimensions % 2 == 0 && dimensions <= headSize,
      "\(dimensions) of \(headSize) elements of a head cannot turn in pairs")
    self.headSize = headSize
    self.dimensions = dimensions
    self.pairing = pairing
    positionCount = positions
    func turns(_ divisors: [Float]) -> Turns {
      Turns(dimensions: dimensions, base: base, divisors: divisors, magnitude: magnitude)
    }
    self.turns = turns(frequencyFactors)
    self.extended = extended.map { ($0.beyond, turns($0.frequencyFactors)) }
  }

  /// Cosines and sines of position 1, from which those of every other follow.
  package var firstTurn: [Float] {
    turns.first + (extended.map { [Float($0.beyond)] + $0.turns.first } ?? [])
  }

  /// Whether a sequence of one length turns otherwise than one of the other, at the same positions.
  package func turnsDiffer(at length: Int, and other: Int) -> Bool {
    extended.map { (length > $0.beyond) != (other > $0.beyond) } ?? false
  }

  /// Turns `x` `[tokens, heads · headSize]` in place; `inverse` turns back, which is the gradient.
  ///
  /// - Parameters:
  ///   - positions: each from 0 to below `positionCount`.
  ///   - sequences: the rows of each sequence; its last position says how long it is.
  package func rotate(
    _ x: Matrix, positions: [Int32], sequences: [Range<Int>], inverse: Bool = false,
    with compute: Compute
  ) {
    guard let extended else {
      return rotate(x, positions: positions, by: turns, inverse: inverse, with: compute)
    }
    for sequence in sequences {
      let own = Array(positions[sequence])
      let length = own.max().map { Int($0) + 1 } ?? 0
      rotate(
        x.rows(sequence), positions: own, by: length > extended.beyond ? extended.turns : turns,
        inverse: inverse, with: compute)
    }
  }

  private func rotate(
    _ x: Matrix, positions: [Int32], by turns: Turns, inverse: Bool, with compute: Compute
  ) {
    guard let first = positions.min(), let last = positions.max() else { return }
    precondition(
      first >= 0 && last < positionCount && positions.count >= x.rows,
      "positions \(first) to \(last) of \(x.rows) rows in a context of \(positionCount)")
    let pairs = dimensions / 2
    let heads = x.columns / headSize
    let tables = turns.tables(of: Int(last) + 1, within: positionCount)
    unsafe tables.cosines.withUnsafeBufferPointer { cosines in
      unsafe tables.sines.withUnsafeBufferPointer { sines in
        guard let cosine = cosines.baseAddress, let sine = sines.baseAddress else { return }
        // Tasks only read the tables.
        nonisolated(unsafe) let tables = unsafe (cosine: cosine, sine: sine)
        compute.forEachBlock(of: x.rows, grain: compute.share(of: x.rows, most: 64)) { rows in
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
