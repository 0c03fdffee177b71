import Tensors

/// A LoRA adapter of one model, or a whole change of some of its matrices: its configuration and its trainable
/// numbers.
package final class Adapter: @unchecked Sendable {
  package let configuration: LoRAConfiguration
  package let parameters: AdapterVector
  let baseSquares = BaseSquares()

  package init(configuration: LoRAConfiguration, parameters: AdapterVector) {
    self.configuration = configuration
    self.parameters = parameters
  }

  /// A new adapter. Each module draws from its own random stream; where the start stands on weights or on
  /// data, all of it is zero until `begin`, or until it is filled with `ExplainedVariance`.
  package convenience init(
    configuration: LoRAConfiguration, model: DecoderDescription, start: AdapterStart = .standard,
    seed: UInt64
  ) {
    let parameters = AdapterVector(
      layout: AdapterLayout(configuration: configuration, model: model))
    for entry in parameters.layout.entries where entry.hasPair && !entry.isWhole {
      let stream = entry.place.stream("lora", places: 7)
      var random = RandomGenerator(seed: seed, stream: stream.name, index: stream.index)
      if entry.place == .table(.embedding) {
        start.fillEmbedding(parameters.pair(entry), &random)
      } else {
        start.fill(parameters.pair(entry), &random)
      }
    }
    self.init(configuration: configuration, parameters: parameters)
  }

  package var trainableCount: Int { parameters.layout.trainedCount }
  package var byteCount: Int { parameters.count * 4 }

  /// An adapter that can be trained without touching this one.
  package func copy() -> Adapter {
    Adapter(configuration: configuration, parameters: parameters.copy())
  }
}
