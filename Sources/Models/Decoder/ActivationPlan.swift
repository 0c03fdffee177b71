import Tensors

/// The memory that a training pass takes beside the weights, known before it runs.
package struct ActivationPlan {
  private let model: DecoderDescription
  private let layout: AdapterLayout
  private let precision: Precision

  package init(model: DecoderDescription, layout: AdapterLayout, precision: Precision) {
    self.model = model
    self.layout = layout
    self.precision = precision
  }

  private var sizes: DecoderSizes { model.sizes }

  /// Bytes of an element of what is kept or packed.
  private var element: Int { precision == .bf16 ? 2 : 4 }

  /// The most bytes at once in a pass over `tokens` tokens that are all trained: what every adapted
  /// block keeps, or with `recomputes` one block's and the inputs of all, and either the temporaries
  /// of one block or those of the head.
  package func byteCount(tokens: Int, recomputes: Bool) -> Int {
    let adapted = min(layout.lowestLayer, sizes.layers)..<sizes.layers
    let kept = adapted.map { keptBytes(layer: $0) }
    let perToken =
      recomputes
      ? adapted.count * sizes.hidden * 4 + (kept.max() ?? 0) : kept.reduce(0, +)
    let residual = (model.isParallel ? 2 : 1) * 4 * sizes.hidden
    return tokens * (perToken + residual) + max(tokens * blockBytes, headBytes(tokens: tokens))
  }

  /// Bytes a token that `SavedBlock` keeps of one layer.
  private func keptBytes(layer: Int) -> Int {
    let adapted = LinearRole.allCases.compactMap { layout.entry(layer: layer, $0) }
    let attended = adapted.contains { $0.role == .attentionOutput } ? sizes.query : 0
    let outputs = model.normPlacement.isAfter ? 2 * sizes.hidden : 0
    let unnormed = model.headNorms == nil ? 0 : sizes.query + sizes.keyValue
    let columns =
      outputs + unnormed + (model.isParallel ? 1 : 2) * sizes.hidden + sizes.query + attended + 2
      * sizes.keyValue + inner
      * sizes.intermediate
    return columns * element + adapted.reduce(0) { $0 + ($1.isWhole ? 0 : $1.rank) } * 4
  }

  /// Matrices that the feed-forward's activation is made of: up, and a gate.
  private var inner: Int { model.activation.isGated ? 2 : 1 }

  /// Bytes a token of the feed-forward's backward pass, the largest of a block's: the gradients of what
  /// the activation is made of and of itself, the activation under an adapter, and the packed gradient.
  private var blockBytes: Int {
    let isAdapted = layout.entries.contains { $0.role == .down }
    // A weight-decomposed layer has its output, its scaled gradient and the gradient behind dropout beside.
    let decomposed = layout.entries.filter(\.hasLengths)
    let more = decomposed.map { 2 * $0.outputs + 2 * $0.inputs }.max() ?? 0
    // The gradient of a norm's weights is made of one matrix, and of what the norm read.
    let normed = layout.trainsNorms ? 2 * max(sizes.hidden, sizes.query) : 0
    return (inner + (isAdapted ? 2 : 1)) * 4 * sizes.intermediate + element * sizes.hidden
      + 4 * (more + normed)
  }

  /// Bytes of the last rows, their norm and the gradients of both, and of one chunk of logits.
  private func headBytes(tokens: Int) -> Int {
    let chunk = CrossEntropy.chunkByteCount(positions: tokens, vocabulary: sizes.vocabulary)
    // An adapted head packs the gradient of a chunk whole; a weight-decomposed one has two more beside it.
    let more = layout.entry(at: .table(.head)).map { entry in
      chunk / 4 * element + (entry.hasLengths ? 2 * chunk : 0) + 4 * tokens * entry.rank
    }
    return 4 * tokens * 4 * sizes.hidden + chunk + (more ?? 0)
  }
}
