import Tensors

/// A norm of a model, whose weights and bias an adapter may train.
package enum NormPlace: Hashable, Sendable {
  case block(Int, BlockNormRole)
  /// Behind the embedding.
  case embedding
  /// Before the output head.
  case output

  /// The block; nil beside the blocks.
  var layer: Int? { if case .block(let layer, _) = self { layer } else { nil } }

  /// A number for each norm of a model.
  var index: Int {
    switch self {
    case .embedding: 0
    case .output: 1
    case .block(let layer, let role): 2 + layer * BlockNormRole.allCases.count + role.rawValue
    }
  }

  /// As many numbers as `index` gives for a model.
  static func count(layers: Int) -> Int { 2 + layers * BlockNormRole.allCases.count }
}

extension DecoderDescription {
  /// Rows and columns of the weights of a norm: one row, or one for each head that has weights of its own.
  func shape(of norm: NormPlace) -> (rows: Int, columns: Int) {
    guard case .block(_, let role) = norm else { return (1, sizes.hidden) }
    let shape = shape(of: role)
    return (shape.dropLast().reduce(1, *), shape[shape.count - 1])
  }

  func hasBias(_ norm: NormPlace) -> Bool {
    if case .block(_, let role) = norm { hasBias(role) } else { normHasBias }
  }

  /// The path of a norm in the model of transformers; of norms of heads with weights of their own, that of the module
  /// that holds the list of them.
  func path(of norm: NormPlace) -> String {
    let name = moduleNames.name(of: norm)
    guard name.hasSuffix(".*") else { return name }
    return name.split(separator: ".").dropLast(2).joined(separator: ".")
  }

  /// The tensors that have a norm's weights under some names, without `.weight`, and their shapes.
  func parts(of norm: NormPlace, in names: TensorNames) -> [(name: String, shape: [Int])] {
    let shape = if case .block(_, let role) = norm { shape(of: role) } else { [sizes.hidden] }
    return TensorNames.parts(of: names.name(of: norm), shape)
  }
}

extension TensorNames {
  /// The name of a norm, without `.weight`.
  func name(of norm: NormPlace) -> String {
    switch norm {
    case .block(let layer, let role): name(self[role], layer)
    case .embedding: embeddingNorm
    case .output: finalNorm
    }
  }
}

extension Norm {
  /// The same with other weights, those of transformers' module, and another bias; nil leaves what there is.
  ///
  /// - Parameter offset: what a norm's weights are more than those of its module.
  func replacing(weight: Matrix?, offset: Float, bias: Matrix?) -> Norm {
    Norm(
      kind,
      weight: weight.map { new in (0..<new.count).map { unsafe offset + new.base[$0] } }
        ?? self.weight,
      bias: bias.map { new in (0..<new.count).map { unsafe new.base[$0] } } ?? self.bias,
      epsilon: epsilon)
  }
}
