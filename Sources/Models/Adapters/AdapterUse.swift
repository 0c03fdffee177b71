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

  func layer(_ weight: FrozenMatrix, _ layer: Int, _ module: TargetModule) -> LinearLayer {
    let configuration = adapter.configuration
    var dropout: Dropout?
    if let dropoutSeed, configuration.dropout > 0 {
      var stream = RandomGenerator(
        seed: dropoutSeed, stream: "dropout", index: UInt64(layer * 8 + module.index))
      dropout = Dropout(probability: configuration.dropout, seed: stream.next())
    }
    return LinearLayer(
      weight: weight, pair: adapter.parameters.pair(layer: layer, module),
      scale: configuration.scale, dropout: dropout)
  }

  func gradientPair(_ layer: Int, _ module: TargetModule) -> LoRAPair? {
    gradient?.pair(layer: layer, module)
  }
}

extension AdapterUse? {
  func layer(_ weight: FrozenMatrix, _ layer: Int, _ module: TargetModule) -> LinearLayer {
    self?.layer(weight, layer, module)
      ?? LinearLayer(weight: weight, pair: nil, scale: 0, dropout: nil)
  }
}
