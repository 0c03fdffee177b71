import Tensors

/// How far two mean losses lie apart, and how far chance of the rows could move that: rows are drawn again with
/// replacement, each with both of its losses (Efron and Tibshirani, An Introduction to the Bootstrap, 1993).
package struct PairedBootstrap: Sendable {
  /// A row's losses, summed over its tokens.
  package struct Row: Sendable {
    package let loss: Double
    package let other: Double
    package let tokens: Int

    package init(loss: Double, other: Double, tokens: Int) {
      self.loss = loss
      self.other = other
      self.tokens = tokens
    }
  }

  /// The mean loss a token, less that of the other.
  package let difference: Double
  /// The middle 95 % of the differences of the drawn samples (percentile interval).
  package let interval: ClosedRange<Double>

  package static let samples = 10_000

  /// - Parameters:
  ///   - rows: at least one with tokens.
  ///   - seed: the same seed draws the same samples.
  package init(_ rows: [Row], seed: UInt64, samples: Int = Self.samples) {
    precondition(!rows.isEmpty && samples > 0, "\(samples) samples of \(rows.count) rows")
    var random = RandomGenerator(seed: seed, stream: "bootstrap")
    difference = Self.difference(rows.indices, of: rows)
    var drawn: [Double] = []
    drawn.reserveCapacity(samples)
    var choice = [Int](repeating: 0, count: rows.count)
    for _ in 0..<samples {
      for index in choice.indices { choice[index] = Int.random(in: rows.indices, using: &random) }
      drawn.append(Self.difference(choice, of: rows))
    }
    drawn.sort()
    let low = Self.quantile(0.025, of: drawn)
    interval = low...max(low, Self.quantile(0.975, of: drawn))
  }

  private static func difference(_ choice: some Sequence<Int>, of rows: [Row]) -> Double {
    var (sum, tokens) = (0.0, 0)
    for index in choice {
      sum += rows[index].loss - rows[index].other
      tokens += rows[index].tokens
    }
    return sum / Double(max(1, tokens))
  }

  /// Between the two nearest of sorted values, as numpy's default has it.
  private static func quantile(_ share: Double, of sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
