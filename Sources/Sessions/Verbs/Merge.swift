import Diagnostics
import Models
import RecipeLanguage
import Tensors
import Training

package enum Merge: Verb {
  /// As the layer was.
  static let keep = "keep"

  package static let scheme = Argument.word(
    "to", QuantizationScheme.formats.map(\.rawValue) + [keep], default: keep,
    "the format of the layers that the adapter changed; keep has each as it was")
  package static let block = Argument.int(
    "block", 32...4096, default: 64, foreign: ["block_size", "group_size"],
    "weights that share one factor (nf4, fp4, int4); a power of two")
  package static let double = Argument.flag(
    "double", default: true, foreign: ["double_quant"], "quantize the factors too (nf4, fp4)")

  package static let declaration = VerbDeclaration(
    "merge", "folds the adapter in use into the base",
    arguments: [scheme, block, double],
    fields: [
      FieldDeclaration("adapter", "string", "what was folded in"),
      FieldDeclaration("scheme", "word", "the format of the layers that changed"),
      FieldDeclaration("layers", "int", "layers that changed"),
      FieldDeclaration("rms_error", "float", "root mean square of what a changed weight lost"),
      FieldDeclaration("max_error", "float", "the most that any of them lost"),
      FieldDeclaration("kl", "float", "nats by which predictions moved from adapter-on ones"),
      FieldDeclaration("difference", "float", "the most that a logit moved"),
      FieldDeclaration("measured_on", "word", "valid or test rows, or three prompts"),
      FieldDeclaration("tokens", "int", "predictions compared"),
      FieldDeclaration("bytes", "size", "all weights now"),
    ],
    effects: [.needs(.model), .needs(.adapter), .changes(.model), .removes(.adapter)],
    examples: ["merge", "merge to: bf16"], related: ["export", "quantize", "use"],
    foreign: ["fuse", "merge_and_unload", "bake"],
    details: """
      Each layer that has an adapter becomes W + alpha/rank · B·A, summed in f32 from the \
      dequantized W, and takes its format again, or the one that `to` names. In few bits that loses a \
      part of what was learnt, often most of it: rms_error is the loss of weights, kl the mean \
      Σ p·(ln p − ln q) of predictions with the adapter and merged, on held-out rows where there are \
      some. The merged model is another base: `use` refuses adapters of the one before. `quantize` \
      (`quantize keep` for the file's formats) and `load` come back to the weights of the file.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.merge(call)
  }
}

extension Session {
  private static let rowsCompared = 64
  /// Nats beyond which a merged model is said to be another one.
  private static let largestDivergence = 0.05

  func merge(_ call: VerbCall) throws(VerbFailure) -> Value {
    var model = try requireModel(Merge.name)
    guard let current = state.adapter else {
      throw VerbFailure(
        "E0401", "there is no adapter to merge", help: "make and train one: lora, then train")
    }
    let scheme = try scheme(of: call, for: model, current.adapter)
    let before = model.decoder
    let start = ContinuousClock.now
    let (weights, report) = before.weights.rewritten(
      folding: current.adapter, as: { _, isFolded in isFolded ? scheme : nil },
      with: model.compute
    ) { share in
      progress(
        Progress(
          verb: Merge.name, done: Int(share * 100), total: 100, unit: "%", secondsLeft: nil,
          seconds: (ContinuousClock.now - start).seconds))
    }
    model.decoder = before.with(weights)
    let (sequences, place) = heldOut(model)
    let moved = Divergence(
      of: .init(model.decoder), from: .init(before, current.adapter), on: sequences,
      with: model.compute)
    try refuse(moved.mean, "the divergence of the merged model")
    if moved.mean > Self.largestDivergence {
      notice(
        "predictions moved by \(NumberText.significant(moved.mean)) nats in the mean: the format holds "
          + "too little of what was learnt; `quantize keep`, then `use \"\(current.name)\"` and merge to: bf16 "
          + "holds it")
    }
    model.merged = model.identity.merged(with: current.name, into: model.decoder)
    state.model = model
    state.activeAdapter = nil
    return .record(
      Record([
        ("adapter", .string(current.name)), ("scheme", .word(call[Merge.scheme])),
        ("layers", .int(report.changed)), ("rms_error", .float(report.error.rootMeanSquare)),
        ("max_error", .float(Double(report.error.largest))), ("kl", .float(moved.mean)),
        ("difference", .float(moved.largest)), ("measured_on", .word(place)),
        ("tokens", .int(moved.tokens)), ("bytes", .size(weights.byteCount)),
      ]))
  }

  private func scheme(
    of call: VerbCall, for model: ModelInUse, _ adapter: Adapter
  ) throws(VerbFailure) -> QuantizationScheme? {
    let weights = model.decoder.weights
    if weights.untiesHead(under: adapter) {
      throw VerbFailure(
        "E0406",
        "the embedding and the output head of this model are one matrix, which the adapter changes in one of "
          + "its places alone",
        help: "keep it as an adapter: save, then use; or train one without embedding and head")
    }
    guard let format = WeightFormat(rawValue: call[Merge.scheme]) else {
      let unwritten =
        weights.formatWithoutQuantizer(under: adapter)
        ?? weights.formatWithoutQuantizer(under: adapter, tables: true)
      guard let unwritten else { return nil }
      throw VerbFailure(
        "E0406", "layers in \(unwritten.rawValue) cannot be made anew: the format is only read",
        argument: Merge.scheme, help: "name another one: merge to: q8_0")
    }
    let scheme = QuantizationScheme(
      format: format, block: call[Merge.block], isDouble: call[Merge.double])
    try requireBlocks(of: scheme, fitting: model, block: Merge.block, scheme: Merge.scheme)
    for entry in adapter.parameters.layout.entries where entry.place.table != nil {
      guard let obstacle = scheme.obstacle(columns: weights[entry.place].weight.columns) else {
        continue
      }
      throw VerbFailure(
        "E0406",
        "\(model.decoder.description.name(of: entry.place)) cannot be kept as \(format.rawValue): "
          + obstacle, argument: Merge.scheme, help: "int8 takes rows of any length")
    }
    return scheme
  }

  /// What the merged model is measured on.
  private func heldOut(
    _ model: ModelInUse
  ) -> (sequences: [(tokens: [Int32], places: [Int])], name: String) {
    for part in [DatasetSplit.Part.valid, .test] {
      let examples = state.data?.examples(part) ?? TokenizedRows()
      if !examples.isEmpty {
        return (examples.prefix(Self.rowsCompared).map(Divergence.sequence), part.rawValue)
      }
    }
    return (ProbePrompts.sequences(of: model.loaded), "prompts")
  }
}
