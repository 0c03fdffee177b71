import Diagnostics
import Models
import RecipeLanguage
import Tensors

/// Starts that stand on the weights of the base.
extension Session {
  func begin(
    _ adapter: Adapter, _ start: AdapterStart, in model: ModelInUse
  ) throws(VerbFailure) {
    let began = ContinuousClock.now
    let isFinite = adapter.begin(
      start, on: model.decoder.weights, from: model.loaded.decoder.weights, with: model.compute
    ) { share in
      let seconds = (ContinuousClock.now - began).seconds
      progress(
        Progress(
          verb: LoRA.name, done: Int(share * 100), total: 100, unit: "%",
          secondsLeft: seconds / share * (1 - share), seconds: seconds))
    }
    guard isFinite else {
      throw VerbFailure(
        "E0801", "\(model.loaded.path): the weights hold values that are no finite numbers",
        argument: LoRA.start,
        help: "download the model again, or take an earlier state of its training", kind: .input)
    }
  }

  /// Refuses what a start on weights does not go with.
  func requireStart(
    _ call: VerbCall, of configuration: LoRAConfiguration
  ) throws(VerbFailure) {
    let start = call[LoRA.start]
    if call.has(LoRA.growth), start != .eva {
      throw VerbFailure(
        "E0212", "`\(LoRA.growth.name)` spreads ranks by what the layers read, as eva does alone",
        argument: LoRA.growth, help: "init: eva, or leave it out")
    }
    if start == .eva, configuration.tables.contains(.head) {
      throw VerbFailure(
        "E0212", "eva looks at what the layers of blocks read, and the output head is in none",
        argument: LoRA.start, help: "leave `init` or the head out")
    }
    if !start.fitsEmbedding, configuration.tables.contains(.embedding) {
      throw VerbFailure(
        "E0212",
        "beside an embedding A starts at zero and B at random; there is no start \(start.rawValue)",
        argument: LoRA.start, help: "leave `init` or the embedding out")
    }
    guard start.standsOnWeights else { return }
    if configuration.isWeightDecomposed {
      throw VerbFailure(
        "E0212", "a start on the weights and DoRA's lengths of them exclude each other",
        argument: LoRA.start, help: "leave one of them out")
    }
    if start.isSubtracted, configuration.dropout > 0 {
      throw VerbFailure(
        "E0212", "the start is a part of the frozen weights, which dropout does not reach",
        argument: LoRA.dropout, help: "leave dropout out")
    }
    let alphas = [configuration.alpha] + configuration.alphas.values
    if alphas.contains(0) {
      throw VerbFailure(
        "E0212", "with an alpha of 0 no start counts", argument: LoRA.alpha,
        help: "alpha: 16, or another init")
    }
    if start == .loftq, state.model?.scheme == nil || state.model?.merged != nil {
      throw VerbFailure(
        "E0406",
        "`init: loftq` starts on what quantization took from the file's weights, and nothing did",
        argument: LoRA.start, help: "write quantize nf4 before")
    }
  }
}
