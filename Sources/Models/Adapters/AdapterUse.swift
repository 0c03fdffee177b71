import Synchronization
import Tensors

/// An adapter at work in one pass: which pair stands beside which layer, and this step's dropout. Its numbers
/// may not change meanwhile.
package struct AdapterUse: Sendable {
  let adapter: Adapter
  let gradient: AdapterVector?
  let dropoutSeed: UInt64?
  private let norms = RowNorms()

  /// - Parameters:
  ///   - gradient: receives the sum of gradients in a backward pass.
  ///   - dropoutSeed: differs for each step; nil turns dropout off (evaluation, generation).
  package init(_ adapter: Adapter, gradient: AdapterVector? = nil, dropoutSeed: UInt64? = nil) {
    self.adapter = adapter
    self.gradient = gradient
    self.dropoutSeed = dropoutSeed
  }

  /// A frozen layer with its adapter.
  ///
  /// - Parameter part: which part of its rows, where dropout is drawn for one after the other.
  func layer(
    _ linear: FrozenWeights.Linear, at place: ModulePlace, part: Int = 0, with compute: Compute
  ) -> LinearLayer {
    guard let pair = adapter.parameters.pair(at: place) else { return LinearLayer(linear) }
    let frozen = pair.replacing(linear)
    guard pair.a.rows > 0 else { return LinearLayer(frozen) }
    let probability = adapter.configuration.dropout
    var dropout: Dropout?
    if let dropoutSeed, probability > 0 {
      let stream = place.stream("dropout", places: 8)
      var random = RandomGenerator(
        seed: dropoutSeed, stream: stream.name, index: stream.index + UInt64(part))
      dropout = Dropout(probability: probability, seed: random.next())
    }
    return LinearLayer(
      frozen, pair: pair,
      norms: pair.lengths.map { _ in
        norms.norms(at: place) {
          let squares = adapter.baseSquares.squares(of: linear.weight, at: place, with: compute)
          return pair.rowNorms(beside: linear.weight, squares: squares, with: compute)
        }
      }, dropout: dropout)
  }

  func gradientPair(at place: ModulePlace) -> LoRAPair? { gradient?.pair(at: place) }
}

/// The lengths of the rows of W + scale · B·A, as far as they were asked for.
private final class RowNorms: Sendable {
  private let known = Mutex<[ModulePlace: [Float]]>([:])

  func norms(at place: ModulePlace, make: () -> [Float]) -> [Float] {
    if let norms = known.withLock({ $0[place] }) { return norms }
    let norms = make()
    known.withLock { $0[place] = norms }
    return norms
  }
}
