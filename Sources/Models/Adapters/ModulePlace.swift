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

/// A matrix that an adapter may stand beside.
package enum ModulePlace: Hashable, Sendable {
  /// A linear layer of a block.
  case block(Int, LinearRole)
  case table(TokenTable)

  package init(layer: Int, role: LinearRole) { self = .block(layer, role) }

  /// The block; nil beside the blocks.
  package var layer: Int? { if case .block(let layer, _) = self { layer } else { nil } }
  package var role: LinearRole? { if case .block(_, let role) = self { role } else { nil } }
  package var table: TokenTable? { if case .table(let table) = self { table } else { nil } }

  /// The random numbers that its start or dropout draws.
  ///
  /// - Parameter places: numbers that the stream of blocks has for each.
  func stream(_ purpose: String, places: Int) -> (name: String, index: UInt64) {
    switch self {
    case .block(let layer, let role): role.stream(purpose, layer: layer, places: places)
    case .table(let table): ("\(purpose) \(table.rawValue)", 0)
    }
  }
}

extension DecoderDescription {
  /// Every place in the order of adapters: the embedding, the layers of each block, the head.
  package var places: [ModulePlace] {
    [.table(.embedding)]
      + (0..<sizes.layers).flatMap { layer in
        linears.map { .block(layer, $0.role) }
      } + [.table(.head)]
  }

  /// What a matrix is as a layer y = W·x; the embedding's x has a one in the place of its token.
  func shape(at place: ModulePlace) -> (outputs: Int, inputs: Int) {
    let width = embeddingWidth ?? sizes.hidden
    switch place {
    case .block(_, let role): return sizes.shape(of: role)
    case .table(.embedding): return (width, sizes.vocabulary)
    case .table(.head): return (sizes.vocabulary, width)
    }
  }

  /// The path of a matrix in the model of transformers, without `.weight`.
  package func path(at place: ModulePlace) -> String {
    switch place {
    case .block(let layer, let role):
      guard let module = linear(role) else {
        preconditionFailure("the layer \(role.rawValue), which the model does not have")
      }
      return path(module, layer: layer)
    case .table(.embedding): return embeddingPath
    case .table(.head): return Self.headPath
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
  /// The matrix at a place, with its bias; the embedding has a row for each token.
  package subscript(_ place: ModulePlace) -> Linear {
    switch place {
    case .block(let layer, let role): blocks[layer][role]
    case .table(.embedding): Linear(weight: embedding)
    case .table(.head): Linear(weight: head, bias: headBias)
    }
  }
}
