import Tensors

/// The memory that a training pass takes beside the weights, known before it runs.
package struct ActivationPlan {
  private let model: ModelConfiguration
  private let layout: AdapterLayout
  private let precision: Precision

  package init(model: ModelConfiguration, layout: AdapterLayout, precision: Precision) {
    self.model = model
    self.layout = layout
    self.precision = precision
  }

  /// Bytes of an element of what is kept or packed.
  private var element: Int { precision == .bf16 ? 2 : 4 }

  /// The most bytes at once in a pass over `tokens` tokens that are all trained: what every adapted
  /// block keeps, or with `recomputes` one block's and the inputs of all, and either the temporaries
  /// of one block or those of the head.
  package func byteCount(tokens: Int, recomputes: Bool) -> Int {
    let adapted = min(layout.lowestLayer, model.layerCount)..<model.layerCount
    let kept = adapted.map { keptBytes(layer: $0) }
    let perToken =
      recomputes
      ? adapted.count * model.hiddenSize * element + (kept.max() ?? 0) : kept.reduce(0, +)
    let residual = 4 * model.hiddenSize
    return tokens * (perToken + residual) + max(tokens * blockBytes, headBytes(tokens: tokens))
  }

  /// Bytes a token that `SavedBlock` keeps of one layer.
  private func keptBytes(layer: Int) -> Int {
    let modules = TargetModule.allCases.filter { layout.entry(layer: layer, $0) != nil }
    let attended = modules.contains(.o_proj) ? model.querySize : 0
    let columns =
      2 * model.hiddenSize + model.querySize + attended + 2 * model.keyValueSize
      + 2 * model.intermediateSize
    return columns * element + modules.count * layout.rank * 4
  }

  /// Bytes a token of the feed-forward's backward pass, the largest of a block's: the gradients of
  /// gate, up and their product, the product itself under an adapter, and the packed gradient.
  private var blockBytes: Int {
    let isAdapted = layout.entries.contains { $0.module == .down_proj }
    return (isAdapted ? 4 : 3) * 4 * model.intermediateSize + element * model.hiddenSize
  }

  /// Bytes of the last rows, their norm and the gradients of both, and of one chunk of logits.
  private func headBytes(tokens: Int) -> Int {
    4 * tokens * 4 * model.hiddenSize
      + CrossEntropy.chunkByteCount(positions: tokens, vocabulary: model.vocabularySize)
  }
}
