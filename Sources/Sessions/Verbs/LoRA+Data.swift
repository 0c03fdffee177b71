import Diagnostics
import Models
import RecipeLanguage
import Tensors
import Training

/// The start that stands on the data: `init: eva`.
extension Session {
  /// How many tokens the model reads at once.
  private static let tokensPerBatch = 512
  /// After so many batches the directions are taken as they are.
  private static let mostBatches = 256

  /// An adapter whose ranks and A come from what its layers read of the training part.
  func adapterOnData(
    _ call: VerbCall, in model: ModelInUse, _ plan: LoRAConfiguration
  ) throws(VerbFailure) -> Adapter {
    let data = try requireData(LoRA.name)
    try require(data.examples(.train), fit: model)
    var variance = ExplainedVariance(
      plan, of: model.decoder, growth: call[LoRA.growth])
    try read(data, into: &variance, in: model)
    guard variance.hasDirections else {
      throw VerbFailure(
        "E0412",
        "eva finds no directions: the training part has too few tokens that are learnt for this rank",
        argument: LoRA.start, help: "give it more rows, or a smaller rank")
    }
    let adapter = try adapter(call, in: model, variance.configuration)
    variance.fill(adapter)
    let planned = AdapterLayout(configuration: plan, model: model.decoder.description)
    let left =
      planned.entries.count(where: \.hasPair)
      - adapter.parameters.layout.entries.count(where: \.hasPair)
    if left > 0 {
      notice(
        "\(left) of \(planned.entries.count(where: \.hasPair)) layers get none of the ranks, and no adapter: others "
          + "explain more of what they read")
    }
    return adapter
  }

  private func read(
    _ data: DataInUse, into variance: inout ExplainedVariance, in model: ModelInUse
  ) throws(VerbFailure) {
    let began = ContinuousClock.now
    let plan = BatchPlan(
      of: data.dataset, rows: data.rows(.train), batch: 1, tokenBudget: 0, shuffleSeed: state.seed)
    var (epoch, next) = (0, 0)
    var order = plan.order(ofEpoch: 0)
    for count in 1...Self.mostBatches {
      var batch = TokenBatch()
      while next < order.count, batch.tokens.count < Self.tokensPerBatch {
        let example = data.dataset.tokenized[order[next]]
        batch.append(example.tokens, trained: example.trained)
        next += 1
      }
      if next == order.count {
        (epoch, next, order) = (epoch + 1, 0, plan.order(ofEpoch: epoch + 1))
      }
      // what is read where a token stands that is learnt, as PEFT takes it
      let rows = batch.scored.map { $0 + 1 }
      guard variance.read(batch, rows: rows, with: model.compute) else {
        throw VerbFailure(
          "E0801", "\(model.loaded.path): what the layers read is not finite",
          argument: LoRA.start,
          help: "download the model again, or take an earlier state of its training", kind: .input)
      }
      if isInterrupted() {
        throw VerbFailure(
          "E0901", "`\(LoRA.name)` was interrupted, so there is no adapter", kind: .interrupted)
      }
      if variance.isSettled { return }
      let (settled, all) = variance.progress
      progress(
        Progress(
          verb: LoRA.name, done: settled, total: max(1, all), unit: "inputs", secondsLeft: nil,
          seconds: (ContinuousClock.now - began).seconds))
      if !variance.hasDirections, epoch > 0, count >= 2 { return }
    }
    let (settled, all) = variance.progress
    notice(
      "eva: after \(Self.mostBatches) batches the directions of \(all - settled) of \(all) inputs still turn; they are "
        + "taken as they are")
  }
}
