import Tensors

extension DecoderDescription {
  /// The tensors of this model as another kind of file has them: under its names, in its orders, and norms less what
  /// it leaves out of their weights. Those that are no weights are not among them.
  ///
  /// - Parameters:
  ///   - weights: this model's. Where the file has a matrix transposed, in f32, f16 or bf16.
  ///   - target: the same model by that file.
  func tensors(of weights: FrozenWeights, as target: DecoderDescription) -> [OutgoingTensor] {
    let names = target.names
    var tensors = [OutgoingTensor(names.embedding + ".weight", weights.embedding)]
    if let positions = weights.positions {
      // llama.cpp adds them in f32
      tensors.append(OutgoingTensor(inFloats: positions, names.positions + ".weight"))
    }
    tensors += target.tensors(of: weights.embeddingNorm, names.embeddingNorm)
    for (layer, block) in weights.blocks.enumerated() {
      for role in target.blockNorms {
        tensors += target.tensors(
          of: block.norms[role], names.name(names[role], layer), shape: target.shape(of: role))
      }
      for module in target.linears {
        let linear = block[module.role]
        let name = names.name(module.tensor, layer)
        let order =
          target.rowOrder(of: module) ?? rowOrder(of: module.role, pairing: target.pairing)
        tensors.append(
          OutgoingTensor(
            name + ".weight", linear.weight, order: order, isTransposed: module.isTransposed))
        if linear.bias.isEmpty { continue }
        let bias = order.map { $0.map { linear.bias[$0] } } ?? linear.bias
        tensors.append(OutgoingTensor(name + ".bias", bias))
      }
    }
    tensors += target.tensors(of: weights.finalNorm, names.finalNorm)
    if !tiesHead { tensors.append(OutgoingTensor(names.head + ".weight", weights.head)) }
    if !weights.headBias.isEmpty {
      tensors.append(OutgoingTensor(names.head + ".bias", weights.headBias))
    }
    return tensors
  }

  /// A norm as files of this description have it; of one with a star in its name, a tensor for each row.
  private func tensors(of norm: Norm?, _ name: String, shape: [Int]? = nil) -> [OutgoingTensor] {
    guard let norm, normHasWeight else { return [] }
    let weight = normOffset == 0 ? norm.weight : norm.weight.map { $0 - normOffset }
    let parts = TensorNames.parts(of: name, shape ?? [weight.count])
    let count = weight.count / parts.count
    let tensors = parts.enumerated().map { place, part in
      OutgoingTensor(
        part.name + ".weight", Array(weight[place * count..<(place + 1) * count]),
        shape: part.shape)
    }
    return tensors + (norm.bias.isEmpty ? [] : [OutgoingTensor(name + ".bias", norm.bias)])
  }
}
