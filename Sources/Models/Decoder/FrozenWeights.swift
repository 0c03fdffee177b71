import Tensors

/// All frozen weights of a model. Values of this type are immutable and cheap to copy; `quantized`
/// gives new ones that share what did not change.
package struct FrozenWeights: Sendable {
  /// A linear layer: y = W·x + bias.
  package struct Linear: Sendable {
    /// `[outputs, inputs]`.
    package let weight: FrozenMatrix
    /// Empty where nothing is added.
    package let bias: [Float]

    package init(weight: FrozenMatrix, bias: [Float] = []) {
      precondition(
        bias.isEmpty || bias.count == weight.rows, "\(bias.count) biases for \(weight.rows) rows")
      self.weight = weight
      self.bias = bias
    }
  }

  /// One decoder block.
  package struct Block: Sendable {
    package let norms: BlockNorms
    /// The layers that the block has, in the order of its description.
    package let roles: [LinearRole]
    /// By `LinearRole.index`.
    private let places: [Linear?]

    package init(
      norms: BlockNorms, linears: [(role: LinearRole, linear: Linear)]
    ) {
      self.norms = norms
      roles = linears.map(\.role)
      var places = [Linear?](repeating: nil, count: LinearRole.allCases.count)
      for (role, linear) in linears { places[role.index] = linear }
      self.places = places
    }

    package func has(_ role: LinearRole) -> Bool { places[role.index] != nil }

    package subscript(_ role: LinearRole) -> Linear {
      guard let linear = places[role.index] else {
        preconditionFailure("the layer \(role.rawValue) of a block that has \(roles)")
      }
      return linear
    }
  }

  package let embedding: FrozenMatrix
  /// A row for each position, where positions are learned.
  package let positions: FrozenMatrix?
  /// A norm of the embedding, where there is one.
  package let embeddingNorm: Norm?
  package let blocks: [Block]
  /// Nil where the head reads the stream as it is.
  package let finalNorm: Norm?
  /// What leads from the embedding's width to the hidden size, and back to the head's; nil where they are the
  /// same.
  package let projections: Projections?
  /// The output head; the embedding itself when tied.
  package let head: FrozenMatrix
  /// Added to the logits; empty where nothing is.
  package let headBias: [Float]

  package init(
    embedding: FrozenMatrix, positions: FrozenMatrix? = nil, embeddingNorm: Norm? = nil,
    blocks: [Block], finalNorm: Norm?, projections: Projections? = nil, head: FrozenMatrix,
    headBias: [Float] = []
  ) {
    self.projections = projections
    precondition(
      headBias.isEmpty || headBias.count == head.rows,
      "\(headBias.count) biases for a head of \(head.rows) rows")
    self.embedding = embedding
    self.positions = positions
    self.embeddingNorm = embeddingNorm
    self.headBias = headBias
    self.blocks = blocks
    self.finalNorm = finalNorm
    self.head = head
  }

  /// Matrices `[outputs, inputs]` beside the blocks.
  package struct Projections: Sendable {
    package let input: FrozenMatrix
    package let output: FrozenMatrix

    package init(input: FrozenMatrix, output: FrozenMatrix) {
      self.input = input
      self.output = output
    }
  }

  package var isTied: Bool { embedding === head }

  /// A norm by its place; nil where the model has none there.
  func norm(at place: NormPlace) -> Norm? {
    switch place {
    case .block(let layer, let role): blocks[layer].norms[role]
    case .embedding: embeddingNorm
    case .output: finalNorm
    }
  }

  /// The matrices of the linear layers of all blocks, in order.
  package var linears: [FrozenMatrix] {
    blocks.flatMap { block in block.roles.map { block[$0].weight } }
  }

  /// The format that most of the weights of linear layers have; of two the first by name.
  package var mostLinearFormat: WeightFormat? {
    var counts: [WeightFormat: Int] = [:]
    for matrix in linears { counts[matrix.format, default: 0] += matrix.elementCount }
    return counts.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
  }

  /// Every matrix, in an order that digests keep.
  package var matrices: [FrozenMatrix] {
    [embedding] + (positions.map { [$0] } ?? []) + linears + (isTied ? [] : [head])
      + (projections.map { [$0.input, $0.output] } ?? [])
  }

  /// Every vector, in an order that digests keep.
  package var vectors: [[Float]] {
    let norms =
      blocks.flatMap(\.norms.all) + [finalNorm, embeddingNorm].compactMap(\.self)
    let biases = blocks.flatMap { block in block.roles.map { block[$0].bias } }
    return norms.map(\.weight) + norms.map(\.bias) + biases + [headBias]
  }

  /// How each matrix is kept. Together with the weights of the file it tells every bit of the weights in
  /// use, since quantization is a function of both.
  package var formats: String {
    matrices.map { "\($0.format.rawValue) \($0.factorBlock) \($0.isDouble ? "double" : "plain")" }
      .joined(separator: "\n")
  }

  private var vectorCount: Int { vectors.reduce(0) { $0 + $1.count } }

  package var parameterCount: Int { matrices.reduce(vectorCount) { $0 + $1.elementCount } }

  /// Bytes of all weights as they are kept in memory.
  package var byteCount: Int { matrices.reduce(vectorCount * 4) { $0 + $1.byteCount } }
}

/// What `quantize` did.
package struct QuantizationReport: Sendable {
  package let bytesBefore: Int
  package let bytes: Int
  /// Over the linear layers that changed, codes and factors.
  package let bitsPerWeight: Double
  package let error: ReconstructionError
}

extension FrozenWeights {
  /// Re-quantizes the linear layers of all blocks (and the head, if asked and not tied).
  ///
  /// - Parameters:
  ///   - skipped: layers that stay as they are.
  ///   - includesHead: whether a separate output head is quantized too.
  ///   - progress: called with the share done after each block.
  package func quantized(
    to scheme: QuantizationScheme, skipping skipped: Set<LinearRole>, includesHead: Bool,
    with compute: Compute, progress: (Double) -> Void = { _ in }
  ) -> (weights: FrozenWeights, report: QuantizationReport) {
    var error = ReconstructionError()
    var changed = (bytes: 0, elements: 0)
    func convert(_ matrix: FrozenMatrix) -> FrozenMatrix {
      let (result, part) = matrix.quantized(to: scheme, with: compute)
      error.add(part)
      changed.bytes += result.byteCount
      changed.elements += result.elementCount
      return result
    }
    let blocks = blocks.enumerated().map { index, block in
      let linears = block.roles.map { role in
        let linear = block[role]
        return skipped.contains(role)
          ? (role, linear) : (role, Linear(weight: convert(linear.weight), bias: linear.bias))
      }
      progress(Double(index + 1) / Double(self.blocks.count))
      return Block(norms: block.norms, linears: linears)
    }
    let head = includesHead && !isTied ? convert(head) : head
    let result = FrozenWeights(
      embedding: embedding, positions: positions, embeddingNorm: embeddingNorm, blocks: blocks,
      finalNorm: finalNorm, projections: projections, head: head, headBias: headBias)
    return (
      result,
      QuantizationReport(
        bytesBefore: byteCount, bytes: result.byteCount,
        bitsPerWeight: Double(changed.bytes) * 8 / Double(max(1, changed.elements)), error: error)
    )
  }
}
