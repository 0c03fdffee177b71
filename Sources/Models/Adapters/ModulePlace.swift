/// A matrix beside the blocks with a row for each token of the vocabulary.
package enum TokenTable: String, Sendable, CaseIterable, Comparable {
  /// What tokens enter the model as.
  case embedding
  /// What the last block's output is compared with.
  case head

  package static func < (left: TokenTable, right: TokenTable) -> Bool {
    left == .embedding && right == .head
  }
}

/// A module that an adapter may stand beside, or train itself.
package enum ModulePlace: Hashable, Sendable {
  /// A linear layer of a block.
  case block(Int, LinearRole)
  case table(TokenTable)
  /// Nothing stands beside a norm.
  case norm(NormPlace)

  package init(layer: Int, role: LinearRole) { self = .block(layer, role) }

  /// The block; nil beside the blocks.
  package var layer: Int? {
    switch self {
    case .block(let layer, _): layer
    case .norm(let place): place.layer
    case .table: nil
    }
  }
  package var role: LinearRole? { if case .block(_, let role) = self { role } else { nil } }
  package var table: TokenTable? { if case .table(let table) = self { table } else { nil } }
  package var norm: NormPlace? { if case .norm(let place) = self { place } else { nil } }

  /// The random numbers that its start or dropout draws.
  ///
  /// - Parameter places: numbers that the stream of blocks has for each.
  func stream(_ purpose: String, places: Int) -> (name: String, index: UInt64) {
    switch self {
    case .block(let layer, let role): role.stream(purpose, layer: layer, places: places)
    case .table(let table): ("\(purpose) \(table.rawValue)", 0)
    case .norm(let norm): ("\(purpose) norm", UInt64(norm.index))
    }
  }
}

extension DecoderDescription {
  /// Every place that an adapter may stand beside, in the order of adapters: the embedding, the layers of each
  /// block, the head.
  package var places: [ModulePlace] { modulePlaces.filter { $0.norm == nil } }

  /// The same with the norms, each of which may be trained itself.
  package var modulePlaces: [ModulePlace] {
    var places: [ModulePlace] = [.table(.embedding)]
    if normsEmbedding { places.append(.norm(.embedding)) }
    for layer in 0..<sizes.layers {
      for module in linears { places.append(.block(layer, module.role)) }
      for role in blockNorms { places.append(.norm(.block(layer, role))) }
    }
    if normsOutput { places.append(.norm(.output)) }
    return places + [.table(.head)]
  }

  /// What a matrix is as a layer y = W·x; the embedding's x has a one in the place of its token. Of a norm, the rows
  /// and columns of its weights.
  func shape(at place: ModulePlace) -> (outputs: Int, inputs: Int) {
    let width = embeddingWidth ?? sizes.hidden
    switch place {
    case .block(_, let role): return sizes.shape(of: role)
    case .table(.embedding): return (width, sizes.vocabulary)
    case .table(.head): return (sizes.vocabulary, width)
    case .norm(let norm):
      let shape = shape(of: norm)
      return (shape.rows, shape.columns)
    }
  }

  /// The path of a module in the model of transformers, without `.weight`.
  package func path(at place: ModulePlace) -> String {
    switch place {
    case .block(let layer, let role):
      guard let module = linear(role) else {
        preconditionFailure("the layer \(role.rawValue), which the model does not have")
      }
      return path(module, layer: layer)
    case .table(.embedding): return embeddingPath
    case .table(.head): return Self.headPath
    case .norm(let norm): return path(of: norm)
    }
  }

  /// What recipes call it.
  package func name(of place: ModulePlace) -> String {
    if let role = place.role { return names(of: [role])[0] }
    let path = path(at: place)
    return path.split(separator: ".").last.map(String.init) ?? path
  }

  /// Where a row of B in Hugging Face's order stands here.
  func storedRow(_ row: Int, at place: ModulePlace) -> Int {
    place.role.map { storedRow(row, of: $0) } ?? row
  }
}

extension FrozenWeights {
  /// The matrix at a place that is no norm, with its bias; the embedding has a row for each token.
  package subscript(_ place: ModulePlace) -> Linear {
    switch place {
    case .block(let layer, let role): blocks[layer][role]
    case .table(.embedding): Linear(weight: embedding)
    case .table(.head): Linear(weight: head, bias: headBias)
    case .norm(let norm): preconditionFailure("the norm \(norm), asked for as a matrix")
    }
  }
}
