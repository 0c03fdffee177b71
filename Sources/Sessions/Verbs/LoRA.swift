import Models
import RecipeLanguage
import Tensors

package enum LoRA: Verb {
  static let everyLinear = "all_linear"

  package static let rank = Argument.int(
    "rank", 1...1024, default: 8, foreign: ["lora_r", "lora_rank", "r"], "width of A and B")
  package static let alpha = Argument.number(
    "alpha", 0...1e6, default: 16, foreign: ["lora_alpha"],
    "strength: the update counts alpha/rank times")
  package static let dropout = Argument.number(
    "dropout", 0...0.95, default: 0, foreign: ["lora_dropout"],
    "share of A's inputs that a training step leaves out")
  package static let targets = Argument<[String]>.words(
    "targets", [everyLinear] + Architecture.moduleNames, default: .word(everyLinear),
    foreign: ["modules", "target_modules"], "the layers that get an adapter")
  package static let exclude = Argument<[String]?>.words(
    "exclude", Architecture.moduleNames, "layers of `targets` that get none")
  package static let layers = Argument.ints(
    "layers", 0...10_000, foreign: ["layers_to_transform"],
    "the blocks that get an adapter; all if not given")
  package static let start = Argument<AdapterStart>.choice(
    "init", default: .standard, foreign: ["init_lora_weights"],
    "how A and B start: A uniform in ±1/√inputs, gaussian, or both orthogonal; B·A is zero")
  package static let isRankStabilized = Argument.flag(
    "rslora", default: false, foreign: ["use_rslora"],
    "scale by alpha/√rank instead of alpha/rank")
  package static let adapterName = Argument.text(
    "name", "what `use` calls it; \"default\" if not given")

  package static let declaration = VerbDeclaration(
    "lora", "puts a trainable low-rank adapter beside the frozen layers",
    arguments: [
      rank, alpha, dropout, targets, exclude, layers, start, isRankStabilized, adapterName,
    ],
    fields: [
      FieldDeclaration("rank", "int", "width of A and B"),
      FieldDeclaration("scale", "float", "what the update is multiplied by"),
      FieldDeclaration("trainable", "int", "numbers in A and B"),
      FieldDeclaration("total", "int", "numbers in the model and the adapter"),
      FieldDeclaration("percent", "percent", "trainable of total"),
      FieldDeclaration("bytes", "size", "the adapter in memory"),
    ],
    effects: [.needs(.model), .gives(.adapter)],
    examples: ["lora rank: 8", "lora rank: 4, alpha: 8, targets: [q_proj, v_proj]"],
    related: ["train", "use", "save"], foreign: ["peft", "qlora"],
    next: { shape in
      shape.has.contains(.dataset) ? "train epochs: 1" : "dataset \"…\", the examples to train on"
    },
    details: """
      LoRA (arXiv 2106.09685) leaves W alone and learns y = W·x + (alpha/rank)·B·A·x, with A of
      rank × inputs and B of outputs × rank. B starts at zero, so the model answers as before until
      it is trained. A layer of 576 × 576 has 331,776 weights; rank 8 trains 8·(576+576) = 9,216.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.lora(call)
  }
}

extension Session {
  func lora(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(LoRA.name)
    let name = call[LoRA.adapterName] ?? AdapterInUse.standardName
    if name == Use.base {
      throw VerbFailure(
        "E0425", "`base` is the model without an adapter", argument: LoRA.adapterName,
        help: "choose another name")
    }
    let description = model.decoder.description
    let layers = try layers(call, of: description)
    let targets = try targets(call, of: description)
    let rank = call[LoRA.rank]
    try requireRank(rank, of: targets, in: description)
    if call[LoRA.start] == .orthogonal, !rank.isMultiple(of: 2) {
      throw VerbFailure(
        "E0408", "an orthogonal start gives A and B half of the rank each, and \(rank) is odd",
        argument: LoRA.rank, help: "rank: \(rank + 1), or another init")
    }
    let adapter = Adapter(
      configuration: LoRAConfiguration(
        rank: rank, alpha: call[LoRA.alpha],
        dropout: Float(call[LoRA.dropout]), targets: targets, layers: layers,
        isRankStabilized: call[LoRA.isRankStabilized]),
      model: description, start: call[LoRA.start], seed: state.seed)
    take(
      AdapterInUse(
        name: name, adapter: adapter, base: model.identity, steps: 0, curve: nil))
    return .record(summary(of: adapter, in: model))
  }

  private func targets(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> [LinearRole] {
    let names = call[LoRA.targets]
    if names.isEmpty { throw noLayer(LoRA.targets) }
    let targets =
      names.contains(LoRA.everyLinear)
      ? model.linears.map(\.role) : try roles(named: names, LoRA.targets, of: model)
    guard let excluded = call[LoRA.exclude] else { return targets }
    let without = Set(try roles(named: excluded, LoRA.exclude, of: model))
    let left = targets.filter { !without.contains($0) }
    if left.isEmpty { throw noLayer(LoRA.exclude) }
    return left
  }

  /// The blocks that get an adapter, ascending; nil for all.
  private func layers(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> [Int]? {
    guard let layers = call[LoRA.layers] else { return nil }
    if let outside = layers.first(where: { $0 >= model.sizes.layers }) {
      throw VerbFailure(
        "E0407", "there is no block \(outside): the model has \(model.sizes.layers)",
        argument: LoRA.layers, help: "blocks count from 0 to \(model.sizes.layers - 1)")
    }
    if layers.isEmpty { throw noLayer(LoRA.layers) }
    return Array(Set(layers)).sorted()
  }

  private func noLayer(_ argument: any DeclaredArgument) -> VerbFailure {
    VerbFailure(
      "E0407", "this gives an adapter to no layer at all", argument: argument,
      help: "leave it out for all of them")
  }

  private func requireRank(
    _ rank: Int, of targets: [LinearRole], in model: DecoderDescription
  ) throws(VerbFailure) {
    let modules = targets.compactMap { model.linear($0) }
    let smallest = modules.map { min($0.inputs, $0.outputs) }.min() ?? 0
    guard rank > smallest else { return }
    throw VerbFailure(
      "E0408", "rank \(rank) is more than the smallest of these layers has: \(smallest)",
      argument: LoRA.rank, help: "a rank far below \(smallest) is the point; 8 is a good start")
  }

  func summary(of adapter: Adapter, in model: ModelInUse) -> Record {
    let trainable = adapter.trainableCount
    let total = trainable + model.decoder.weights.parameterCount
    return Record([
      ("rank", .int(adapter.configuration.rank)),
      ("scale", .float(Double(adapter.configuration.scale))),
      ("trainable", .int(trainable)),
      ("total", .int(total)),
      ("percent", .percent(Double(trainable) / Double(total))),
      ("bytes", .size(adapter.byteCount)),
    ])
  }
}
