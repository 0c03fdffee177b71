import Models
import RecipeLanguage
import Tensors

/// What `??verb` adds of the session at hand: the shapes of its model, the numbers of its last training.
extension Session {
  /// Sentences for a verb; none where the session has nothing to say of it.
  package func facts(about verb: String) -> [String] {
    switch verb {
    case LoRA.name: state.model.map { rankFacts($0.decoder.description) } ?? []
    case Quantize.name: state.model.map(formatFacts) ?? []
    case Train.name:
      state.adapter?.curve.flatMap { TrainingDiagnosis($0) }?.sentences ?? []
    default: []
    }
  }

  /// How many numbers a rank trains beside each layer of this model.
  private func rankFacts(_ model: DecoderDescription) -> [String] {
    guard let module = model.linears.first else { return [] }
    let rank = LoRAConfiguration().rank
    let grouped = NumberText.grouped
    let (whole, thin) = (
      module.inputs * module.outputs, rank * (module.inputs + module.outputs)
    )
    let all = model.linears.reduce(0) { $0 + $1.inputs + $1.outputs } * model.sizes.layers
    return [
      "\(module.name) has \(grouped(module.outputs)) × \(grouped(module.inputs)) = "
        + "\(grouped(whole)) weights; rank \(rank) trains \(rank)·(\(module.inputs) + "
        + "\(module.outputs)) = \(grouped(thin)) numbers beside it.",
      "All \(model.linears.count) layers of all \(model.sizes.layers) blocks: "
        + "\(grouped(all)) numbers for each rank, \(grouped(rank * all)) for rank \(rank).",
    ]
  }

  /// What the linear layers take in each format.
  private func formatFacts(_ model: ModelInUse) -> [String] {
    let weights = model.loaded.decoder.weights
    let elements = weights.linears.reduce(0) { $0 + $1.elementCount }
    guard elements > 0 else { return [] }
    let rows = weights.linears.reduce(0) { $0 + $1.rows }
    guard case .int(let size)? = Quantize.block.declaration.defaultValue else { return [] }
    let block = Double(size)
    // codes and factors, by the formats' definitions
    let bits: [(WeightFormat, Double)] = [
      (.int8, 8 + 32 * Double(rows) / Double(elements)), (.int4, 4 + 32 / block),
      (.nf4, 4 + (8 + 32 / Double(NestedAbsmax.block)) / block),
    ]
    let sizes = bits.map { format, bits in
      "\(format.rawValue) \(NumberText.size(Int(Double(elements) * bits / 8)))"
    }
    let now = weights.linears.reduce(0) { $0 + $1.byteCount }
    return [
      "The linear layers have \(NumberText.grouped(elements)) weights: "
        + "\(NumberText.size(now)) as the file has them, \(NumberText.size(elements * 4)) as f32, "
        + sizes.joined(separator: ", ") + "."
    ]
  }
}
