import Tensors

/// A decoder-only transformer with frozen weights. Adapters are passed in, never stored.
package struct DecoderModel: Sendable {
  package let description: DecoderDescription
  package let weights: FrozenWeights
  /// The rotary embedding of queries and keys, and that of sliding-window layers where it differs.
  let ropes: (all: RotaryEmbedding?, windowed: RotaryEmbedding?)

  package init(description: DecoderDescription, weights: FrozenWeights) {
    self.init(
      description: description, weights: weights,
      ropes: (
        description.rope(description.positions),
        description.windowPositions.flatMap(description.rope)
      ))
  }

  private init(
    description: DecoderDescription, weights: FrozenWeights,
    ropes: (all: RotaryEmbedding?, windowed: RotaryEmbedding?)
  ) {
    let (areLearned, areListed) = (description.positions == .learned, weights.positions != nil)
    precondition(
      areLearned == areListed, "positions that are learned: \(areLearned), listed: \(areListed)")
    self.description = description
    self.weights = weights
    self.ropes = ropes
  }

  /// The same decoder with its weights in another format.
  package func with(_ weights: FrozenWeights) -> DecoderModel {
    DecoderModel(description: description, weights: weights, ropes: ropes)
  }

  func attention(_ layer: Int) -> CausalAttention {
    let (sizes, scales) = (description.sizes, description.scales)
    let scale = scales.attention ?? 1 / Float(sizes.head).squareRoot()
    return CausalAttention(
      heads: sizes.heads, keyValueHeads: sizes.keyValueHeads, headSize: sizes.head,
      scores: ScoreScaling(
        scale: description.dividesScoresByLayer ? scale / Float(layer + 1) : scale,
        cap: scales.attentionCap),
      window: description.window(of: layer),
      biases: description.linearBiases)
  }

  private func rope(_ layer: Int) -> RotaryEmbedding? {
    if description.unturnedLayers.contains(layer) { return nil }
    return description.window(of: layer) == nil ? ropes.all : ropes.windowed ?? ropes.all
  }

  /// Whether keys of a sequence turn otherwise once it has another length (LongRoPE).
  func turnsDiffer(at length: Int, and other: Int) -> Bool {
    [ropes.all, ropes.windowed].contains { $0?.turnsDiffer(at: length, and: other) == true }
  }

  /// How the output head's products are scaled and capped to become logits.
  var logitScaling: ScoreScaling {
    ScoreScaling(scale: description.scales.logits, cap: description.scales.logitCap)
  }

  /// The two halves of a block.
  ///
  /// - Parameters:
  ///   - areVectors: whether they run over few rows, straight from the quantized weights.
  ///   - gathering: takes what the linear layers read of a batch.
  func sublayers(
    _ layer: Int, _ adapter: AdapterUse?, areVectors: Bool = false,
    gathering: GatheredInputs? = nil, _ compute: Compute
  ) -> (attention: AttentionSublayer, feedForward: FeedForwardSublayer) {
    let linears = BlockLinears(
      block: weights.blocks[layer],
      norms: adapter?.norms(weights.blocks[layer].norms, layer: layer)
        ?? weights.blocks[layer].norms,
      layer: layer, adapter: adapter, areVectors: areVectors, gathering: gathering,
      compute: compute)
    return (
      AttentionSublayer(
        linears: linears, attention: attention(layer), rope: rope(layer),
        residualScale: description.scales.residual),
      FeedForwardSublayer(
        linears: linears, activation: description.activation,
        residualScale: description.scales.residual)
    )
  }

  /// A norm of the model, with what the adapter trains of it.
  func adaptedNorm(_ place: NormPlace, _ adapter: AdapterUse?) -> Norm? {
    weights.norm(at: place).map { adapter?.norm($0, at: place) ?? $0 }
  }

  /// What the output head reads, of rows of the stream that the last block leaves; in the arena, or `x`.
  func headInput(_ x: Matrix, adapter: AdapterUse?, with compute: Compute) -> Matrix {
    let normed = adaptedNorm(.output, adapter)?.forward(x, with: compute) ?? x
    return weights.projections.map { projected(normed, by: $0.output, with: compute) } ?? normed
  }

  /// The gradient of `x` from that of what the head reads, in the arena; that of what is trained of the norm is
  /// added to the adapter's.
  func headInputBackward(
    _ x: Matrix, dInput: Matrix, adapter: AdapterUse?, with compute: Compute
  ) -> Matrix {
    var dNormed = dInput
    if let projection = weights.projections?.output {
      dNormed = compute.arena.matrix(dInput.rows, projection.columns)
      compute.multiply(
        compute.pack(dInput), projection.operand, .columnsOfMatrix, into: dNormed)
    }
    guard let norm = adaptedNorm(.output, adapter) else { return dNormed }
    adapter?.addGradients(of: norm, at: .output, reading: x, dy: dNormed, with: compute)
    let dx = compute.arena.matrix(x.rows, x.columns)
    dx.fill(0)
    norm.backward(x, dy: dNormed, into: dx)
    return dx
  }

  func projected(
    _ x: Matrix, by projection: FrozenMatrix, with compute: Compute
  ) -> Matrix {
    let result = compute.arena.matrix(x.rows, projection.rows)
    compute.multiply(compute.pack(x), projection.operand, .rowsOfMatrix, into: result)
    return result
  }

  /// One block over a batch, in place; without `needsOutput` only as far as `saved` asks for it.
  func forward(
    layer: Int, _ x: Matrix, batch: TokenBatch, adapter: AdapterUse?, saved: SavedBlock?,
    needsOutput: Bool = true, gathering: GatheredInputs? = nil, with compute: Compute
  ) {
    let block = sublayers(layer, adapter, gathering: gathering, compute)
    compute.arena.scoped {
      let input = description.isParallel ? compute.copy(of: x) : x
      block.attention.forward(
        x, positions: batch.positions, sequences: batch.sequences, saved: saved
      ) { q, k, v, output in
        block.attention.attention.forward(
          q: q, k: k, v: v, sequences: batch.sequences, into: output, with: compute)
      }
      block.feedForward.forward(x, reading: input, saved: saved, needsOutput: needsOutput)
    }
  }

  /// Loss of a batch without gradients.
  package func score(
    _ batch: TokenBatch, adapter: AdapterUse? = nil, with compute: Compute
  ) -> CrossEntropy.Score {
    guard !batch.scored.isEmpty else { return CrossEntropy.Score() }
    return compute.arena.scoped {
      let x = embed(
        batch.tokens, positions: batch.positions, adapter: adapter, with: compute)
      for layer in weights.blocks.indices {
        forward(layer: layer, x, batch: batch, adapter: adapter, saved: nil, with: compute)
      }
      return OutputHead(model: self, adapter: adapter, compute: compute).score(
        headInput(compute.gather(x, rows: batch.scored), adapter: adapter, with: compute),
        targets: batch.targets)
    }
  }

  /// Logits `[rows, vocabulary]` of the rows named, in the arena of `compute`.
  package func logits(
    _ batch: TokenBatch, rows: [Int], adapter: AdapterUse? = nil, with compute: Compute
  ) -> Matrix {
    let result = compute.arena.matrix(rows.count, weights.head.rows)
    compute.arena.scoped {
      let x = embed(
        batch.tokens, positions: batch.positions, adapter: adapter, with: compute)
      for layer in weights.blocks.indices {
        forward(layer: layer, x, batch: batch, adapter: adapter, saved: nil, with: compute)
      }
      OutputHead(model: self, adapter: adapter, compute: compute)
        .forward(compute.gather(x, rows: rows), into: result)
    }
    return result
  }
}

extension Compute {
  /// The same values in the arena.
  func copy(of x: Matrix) -> Matrix {
    let result = arena.matrix(x.rows, x.columns)
    result.copy(from: x)
    return result
  }

  /// The rows named, one after the other, in the arena.
  func gather(_ x: Matrix, rows: [Int]) -> Matrix {
    let result = arena.matrix(rows.count, x.columns)
    for (index, row) in rows.enumerated() {
      unsafe result.row(index).update(from: x.row(row), count: x.columns)
    }
    return result
  }
}
