import Tensors

/// An adapter at work in one pass: which pair stands beside which layer, and this step's dropout.
package struct AdapterUse: Sendable {
  let adapter: Adapter
  let gradient: AdapterVector?
  let dropoutSeed: UInt64?

  /// - Parameters:
  ///   - gradient: receives the sum of gradients in a backward pass.
  ///   - dropoutSeed: differs for each step; nil turns dropout off (evaluation, generation).
  package init(_ adapter: Adapter, gradient: AdapterVector? = nil, dropoutSeed: UInt64? = nil) {
    self.adapter = adapter
    self.gradient = gradient
    self.dropoutSeed = dropoutSeed
  }

  func layer(_ linear: FrozenWeights.Linear, _ layer: Int, _ role: LinearRole) -> LinearLayer {
    let configuration = adapter.configuration
    var dropout: Dropout?
    if let dropoutSeed, configuration.dropout > 0 {
      let stream = role.stream("dropout", layer: layer, places: 8)
      var random = RandomGenerator(seed: dropoutSeed, stream: stream.name, index: stream.index)
      dropout = Dropout(probability: configuration.dropout, seed: random.next())
    }
    return LinearLayer(
      linear, pair: adapter.parameters.pair(layer: layer, role), scale: configuration.scale,
      dropout: dropout)
  }

  func gradientPair(_ layer: Int, _ role: LinearRole) -> LoRAPair? {
    gradient?.pair(layer: layer, role)
  }
}

extension AdapterUse? {
  func layer(
    _ linear: FrozenWeights.Linear, _ layer: Int, _ role: LinearRole
  ) -> LinearLayer {
    self?.layer(linear, layer, role) ?? LinearLayer(linear)
  }
}
