import Glibc
import Models
import Tensors

/// How far the predictions of one model are from another's on the same tokens.
package struct Divergence: Sendable, Equatable {
  /// A model, with the adapter that it is used with.
  package struct Subject {
    package let decoder: DecoderModel
    package let adapter: Adapter?

    package init(_ decoder: DecoderModel, _ adapter: Adapter? = nil) {
      (self.decoder, self.adapter) = (decoder, adapter)
    }
  }

  /// The sum over predictions of the Kullback-Leibler divergence Σ p·(ln p − ln q), in nats, of q (the
  /// other's) from p (the reference's).
  private var total = 0.0
  /// Predictions compared.
  package private(set) var tokens = 0
  /// The largest difference of a logit; not a number where one of the two is none, as the mean is then.
  package private(set) var largest = 0.0

  /// Mean a prediction, in nats.
  package var mean: Double { total / Double(max(1, tokens)) }

  /// Predictions of one pass, so that logits of the two models are in memory together.
  private static let rowsPerPass = 256

  /// - Parameter sequences: tokens, each with the places after which a prediction counts.
  package init(
    of other: Subject, from reference: Subject, on sequences: [(tokens: [Int32], places: [Int])],
    with compute: Compute
  ) {
    for (tokens, places) in sequences {
      let batch = TokenBatch(sequences: [tokens])
      for start in stride(from: 0, to: places.count, by: Self.rowsPerPass) {
        let rows = Array(places[start..<min(start + Self.rowsPerPass, places.count)])
        compute.arena.scoped {
          let p = reference.decoder.logits(
            batch, rows: rows, adapter: reference.adapter.map { AdapterUse($0) }, with: compute)
          let q = other.decoder.logits(
            batch, rows: rows, adapter: other.adapter.map { AdapterUse($0) }, with: compute)
          add(p, q, with: compute)
        }
      }
    }
  }

  private mutating func add(_ p: Matrix, _ q: Matrix, with compute: Compute) {
    precondition(
      p.columns == q.columns, "logits of \(p.columns) tokens against those of \(q.columns)")
    let parts = compute.arena.matrix(p.rows, 2)
    compute.forEachBlock(of: p.rows, grain: 1) { block in
      for row in block {
        let (divergence, largest) = unsafe Self.compare(p.row(row), q.row(row), count: p.columns)
        unsafe parts.row(row)[0] = Float(divergence)
        unsafe parts.row(row)[1] = Float(largest)
      }
    }
    for row in 0..<p.rows {
      total += unsafe Double(parts.row(row)[0])
      largest = unsafe largest.orLarger(Double(parts.row(row)[1]))
    }
    tokens += p.rows
  }

  private static func compare(
    _ p: UnsafePointer<Float>, _ q: UnsafePointer<Float>, count: Int
  ) -> (divergence: Double, largest: Double) {
    let (pNorm, qNorm) = unsafe (logSum(p, count), logSum(q, count))
    var (divergence, largest) = (0.0, 0.0)
    for index in 0..<count {
      let (a, b) = unsafe (Double(p[index]), Double(q[index]))
      divergence += exp(a - pNorm) * ((a - pNorm) - (b - qNorm))
      largest = largest.orLarger(abs(a - b))
    }
    // rounding makes what is zero slightly negative
    return (divergence < 0 ? 0 : divergence, largest)
  }

  private static func logSum(_ values: UnsafePointer<Float>, _ count: Int) -> Double {
    var peak = -Float.infinity
    for index in 0..<count { peak = unsafe max(peak, values[index]) }
    var sum = 0.0
    for index in 0..<count { sum += unsafe exp(Double(values[index]) - Double(peak)) }
    return Double(peak) + log(sum)
  }
}

extension Divergence {
  /// The tokens of an example and the places after which something is learnt.
  package static func sequence(
    _ example: TokenizedExample
  ) -> (tokens: [Int32], places: [Int]) {
    let places = example.trained.indices.filter { $0 > 0 && example.trained[$0] }.map { $0 - 1 }
    return (Array(example.tokens.dropLast()), places)
  }
}
