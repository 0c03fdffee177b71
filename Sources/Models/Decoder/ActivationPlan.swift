import Tensors

/// The memory that a training pass keeps between forward and backward, known before it runs.
package struct ActivationPlan {
  private let model: ModelConfiguration
  private let layout: AdapterLayout
  private let precision: Precision

  package init(model: ModelConfiguration, layout: AdapterLayout, precision: Precision) {
    self.model = model
    self.layout = layout
    self.precision = precision
  }

  /// Bytes for a pass over `tokens` tokens: what every adapted block keeps, or with `recomputes` one
  /// block's and the inputs of the others.
  package func byteCount(tokens: Int, recomputes: Bool) -> Int {
    let layers = max(0, model.layerCount - min(layout.lowestLayer, model.layerCount))
    let element = precision == .bf16 ? 2 : 4
    let block =
      2 * model.hiddenSize + 2 * model.querySize + 2 * model.keyValueSize
      + 2 * model.intermediateSize
    let kept = recomputes ? layers * model.hiddenSize + block : layers * block
    return tokens * kept * element + temporaryBytes(tokens: tokens)
  }

  /// Floats that live at once inside one block and at the head, roughly.
  private func temporaryBytes(tokens: Int) -> Int {
    let block = 4 * model.hiddenSize + 4 * model.intermediateSize
    return tokens * block * 4 + (64 << 20)
  }
}
