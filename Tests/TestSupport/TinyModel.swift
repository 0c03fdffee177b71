import Models
import Tensors

/// Small random models for tests of mechanics; references of values come from golden files.
package enum TinyModel {
  package static func configuration(
    layers: Int = 2, tiesHead: Bool = false, pairing: RotaryEmbedding.Pairing = .halves
  ) -> DecoderDescription {
    DecoderDescription(
      family: .llama,
      sizes: DecoderSizes(
        hidden: 64, layers: layers, heads: 4, keyValueHeads: 2, head: 16, intermediate: 96,
        vocabulary: 99, context: 256),
      normEpsilon: 1e-5, positions: .rotary(base: 10_000, pairing: pairing, scaling: .none),
      tiesHead: tiesHead)
  }

  package static func decoder(
    _ description: DecoderDescription = configuration(), seed: UInt64 = 1
  ) -> DecoderModel {
    var random = RandomGenerator(seed: seed, stream: "tiny model")
    let sizes = description.sizes
    func norm() -> Norm {
      Norm(
        .rms, weight: (0..<sizes.hidden).map { _ in 1 + random.normal(deviation: 0.1) },
        epsilon: description.normEpsilon)
    }
    func weights(_ rows: Int, _ columns: Int) -> FrozenMatrix {
      matrix(rows, columns, deviation: 1 / Float(columns).squareRoot(), &random)
    }
    let blocks = (0..<sizes.layers).map { _ in
      FrozenWeights.Block(
        norms: BlockNorms(attention: norm(), feedForward: norm()),
        linears: description.linears.map {
          ($0.role, FrozenWeights.Linear(weight: weights($0.outputs, $0.inputs)))
        })
    }
    let embedding = weights(sizes.vocabulary, sizes.hidden)
    let head =
      description.tiesHead
      ? embedding : weights(sizes.vocabulary, sizes.hidden)
    return DecoderModel(
      description: description,
      weights: FrozenWeights(
        embedding: embedding, blocks: blocks, finalNorm: norm(), head: head))
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
    _ configuration: LoRAConfiguration, model: DecoderDescription, seed: UInt64 = 2
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

extension DecoderDescription {
  /// The path in transformers of the layer with this role.
  package func path(_ role: LinearRole, layer: Int) throws -> String {
    struct Missing: Error {}
    guard let module = linear(role) else { throw Missing() }
    return path(module, layer: layer)
  }
}
