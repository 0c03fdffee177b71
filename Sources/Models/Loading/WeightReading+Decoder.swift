import Files
import Tensors

extension WeightReading {
  /// All weights of a decoder.
  func frozenWeights(_ model: DecoderDescription) throws(FileError) -> FrozenWeights {
    let (sizes, names) = (model.sizes, model.names)
    var blocks: [FrozenWeights.Block] = []
    for layer in 0..<sizes.layers {
      var linears: [(role: LinearRole, linear: FrozenWeights.Linear)] = []
      for module in model.linears {
        linears.append((module.role, try linear(module, names.name(module.tensor, layer), sizes)))
      }
      blocks.append(
        FrozenWeights.Block(norms: try blockNorms(layer, model), linears: linears))
    }
    let width = model.embeddingWidth ?? sizes.hidden
    func table(
      _ name: String, _ rows: Int, _ columns: Int
    ) throws(FileError) -> FrozenMatrix {
      try matrix(name + ".weight", rows: rows, columns: columns, isTransposed: false)
    }
    let embedding = try table(names.embedding, sizes.vocabulary, width)
    return FrozenWeights(
      embedding: embedding,
      positions: model.positions == .learned
        ? try table(names.positions, sizes.context + model.positionOffset, sizes.hidden) : nil,
      embeddingNorm: model.normsEmbedding ? try norm(names.embeddingNorm, model) : nil,
      blocks: blocks, finalNorm: model.normsOutput ? try norm(names.finalNorm, model) : nil,
      projections: model.embeddingWidth == nil
        ? nil
        : FrozenWeights.Projections(
          input: try table(names.inputProjection, sizes.hidden, width),
          output: try table(names.outputProjection, width, sizes.hidden)),
      head: model.tiesHead ? embedding : try table(names.head, sizes.vocabulary, width),
      headBias: model.headHasBias
        ? try vector(names.head + ".bias", count: sizes.vocabulary) : [])
  }

  private func linear(
    _ module: LinearModule, _ name: String, _ sizes: DecoderSizes
  ) throws(FileError) -> FrozenWeights.Linear {
    try requireAsConfigured(name + ".weight")
    let weight = try matrix(
      name + ".weight", rows: module.outputs, columns: module.inputs,
      isTransposed: module.isTransposed)
    let bias = module.hasBias ? try vector(name + ".bias", count: module.outputs) : []
    guard module.isGrouped, hasNumbers else {
      return FrozenWeights.Linear(weight: weight, bias: bias)
    }
    var sources = Array(0..<module.outputs)
    for row in sources.indices { sources[sizes.rowSideBySide(row)] = row }
    return FrozenWeights.Linear(
      weight: weight.rows(in: sources), bias: bias.isEmpty ? [] : sources.map { bias[$0] })
  }

  private func blockNorms(
    _ layer: Int, _ model: DecoderDescription
  ) throws(FileError) -> BlockNorms {
    var found: [BlockNormRole: Norm] = [:]
    for role in model.blockNorms {
      found[role] = try norm(
        model.names.name(model.names[role], layer), model, shape: model.shape(of: role),
        hasBias: model.hasBias(role))
    }
    return BlockNorms(
      attention: found[.attention], feedForward: found[.feedForward],
      afterAttention: found[.afterAttention], afterFeedForward: found[.afterFeedForward],
      heads: found[.queries].flatMap { queries in
        found[.keys].map {
          HeadNorms(
            queries: queries, keys: $0,
            headSize: model.headNorms == .headAlone ? model.sizes.head : nil)
        }
      }, isShared: model.sharesNorm, areOfSums: model.normPlacement == .afterSum)
  }

  private func norm(
    _ name: String, _ model: DecoderDescription, shape: [Int]? = nil, hasBias: Bool? = nil
  ) throws(FileError) -> Norm {
    let shape = shape ?? [model.sizes.hidden]
    var weight: [Float] = []
    if model.normHasWeight {
      for (part, shape) in TensorNames.parts(of: name, shape) {
        weight += try vector(part + ".weight", shape: shape)
      }
    } else {
      weight = [Float](repeating: 1, count: shape.reduce(1, *))
    }
    return Norm(
      model.norm, weight: model.normOffset == 0 ? weight : weight.map { model.normOffset + $0 },
      bias: hasBias ?? model.normHasBias ? try vector(name + ".bias", shape: shape) : [],
      epsilon: model.normEpsilon)
  }
}

extension TensorNames {
  /// The name of a tensor of block `layer`, without `.weight`.
  func name(_ part: String, _ layer: Int) -> String { "\(block)\(layer).\(part)" }

  /// The tensors of a name, with their shapes: of one with a star, which stands for the number of a row, a tensor
  /// for each row.
  static func parts(of name: String, _ shape: [Int]) -> [(name: String, shape: [Int])] {
    guard let star = name.firstIndex(of: "*") else { return [(name, shape)] }
    let rest = name[name.index(after: star)...]
    return (0..<shape[0]).map { (name[..<star] + "\($0)" + rest, Array(shape.dropFirst())) }
  }
}

extension DecoderDescription {
  /// Every tensor of a model like this.
  var tensorNames: Set<String> {
    var result = [names.embedding, positions == .learned ? names.positions : nil].compactMap(\.self)
      .map { $0 + ".weight" }
    if !tiesHead { result.append(names.head + ".weight") }
    if headHasBias { result.append(names.head + ".bias") }
    let ends = (normHasWeight ? [".weight"] : []) + (normHasBias ? [".bias"] : [])
    if normsOutput { result += ends.map { names.finalNorm + $0 } }
    if embeddingWidth != nil {
      result += [names.inputProjection, names.outputProjection].map { $0 + ".weight" }
    }
    if normsEmbedding { result += ends.map { names.embeddingNorm + $0 } }
    for layer in 0..<sizes.layers {
      for role in blockNorms {
        let ends = hasBias(role) ? ends : ends.filter { $0 != ".bias" }
        for part in TensorNames.parts(of: names.name(names[role], layer), shape(of: role)) {
          result += ends.map { part.name + $0 }
        }
      }
      for module in linears {
        let name = names.name(module.tensor, layer)
        result += [name + ".weight"] + (module.hasBias ? [name + ".bias"] : [])
      }
    }
    return Set(result)
  }
}
