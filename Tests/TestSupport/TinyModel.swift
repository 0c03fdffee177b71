import Models
import Tensors

/// Small random models for tests of mechanics; references of values come from golden files.
package enum TinyModel {
  package static func configuration(
    layers: Int = 2, tiesHead: Bool = false, pairing: RotaryEmbedding.Pairing = .halves
  ) -> ModelConfiguration {
    ModelConfiguration(
      architecture: "llama", hiddenSize: 64, layerCount: layers, attentionHeadCount: 4,
      keyValueHeadCount: 2, headSize: 16, intermediateSize: 96, vocabularySize: 99,
      contextLength: 256, rmsNormEpsilon: 1e-5, ropeBase: 10_000, ropePairing: pairing,
      tiesHead: tiesHead)
  }

  package static func decoder(
    _ configuration: ModelConfiguration = configuration(), seed: UInt64 = 1
  ) -> DecoderModel {
    var random = RandomGenerator(seed: seed, stream: "tiny model")
    func norm() -> RMSNorm {
      RMSNorm(
        weight: (0..<configuration.hiddenSize).map { _ in 1 + random.normal(deviation: 0.1) },
        epsilon: configuration.rmsNormEpsilon)
    }
    func weights(_ rows: Int, _ columns: Int) -> FrozenMatrix {
      matrix(rows, columns, deviation: 1 / Float(columns).squareRoot(), &random)
    }
    let blocks = (0..<configuration.layerCount).map { _ in
      FrozenWeights.Block(
        attentionNorm: norm(), feedForwardNorm: norm(),
        linears: TargetModule.allCases.map {
          let shape = $0.shape(in: configuration)
          return weights(shape.rows, shape.columns)
        })
    }
    let embedding = weights(configuration.vocabularySize, configuration.hiddenSize)
    let head =
      configuration.tiesHead
      ? embedding : weights(configuration.vocabularySize, configuration.hiddenSize)
    return DecoderModel(
      configuration: configuration,
      weights: FrozenWeights(
        embedding: embedding, blocks: blocks, finalNorm: norm(), head: head),
      rope: RotaryEmbedding(
        headSize: configuration.headSize, positions: configuration.contextLength,
        base: configuration.ropeBase, pairing: configuration.ropePairing))
  }

  /// A float matrix with normal entries.
  package static func matrix(
    _ rows: Int, _ columns: Int, deviation: Float, _ random: inout RandomGenerator
  ) -> FrozenMatrix {
    let buffer = RawBuffer(byteCount: rows * columns * 4)
    let values = buffer.bound(to: Float.self)
    for index in 0..<rows * columns { values[index] = random.normal(deviation: deviation) }
    return FrozenMatrix(
      format: .f32, rows: rows, columns: columns, data: buffer.base, rowByteCount: columns * 4,
      owners: [buffer])
  }

  /// An adapter whose B is not zero, so that everything has a gradient.
  package static func adapter(
    _ configuration: LoRAConfiguration, model: ModelConfiguration, seed: UInt64 = 2
  ) -> Adapter {
    let adapter = Adapter(configuration: configuration, model: model, seed: seed)
    var random = RandomGenerator(seed: seed, stream: "tiny adapter")
    for entry in adapter.parameters.layout.entries {
      let b = adapter.parameters.pair(entry).bTransposed
      for index in 0..<b.count { b.base[index] = random.normal(deviation: 0.1) }
    }
    return adapter
  }

  /// Random sequences of the given lengths.
  package static func sequences(
    _ lengths: [Int], vocabulary: Int = 99, seed: UInt64 = 3
  ) -> [[Int32]] {
    var random = RandomGenerator(seed: seed, stream: "tiny tokens")
    return lengths.map { length in
      (0..<length).map { _ in Int32(random.integer(below: vocabulary)) }
    }
  }
}
