import Models
import RecipeLanguage
import Tensors

package enum LoRA: Verb {
  static let everyLinear = "all_linear"

  static let mostRank = 1...1024
  static let mostAlpha = 0...1e6

  package static let rank = Argument.int(
    "rank", mostRank, default: 8, foreign: ["lora_r", "lora_rank", "r"], "width of A and B")
  package static let alpha = Argument.number(
    "alpha", mostAlpha, default: 16, foreign: ["lora_alpha"],
    "strength: the update counts alpha/rank times")
  package static let dropout = Argument.number(
    "dropout", 0...0.95, default: 0, foreign: ["lora_dropout"],
    "share of A's inputs that a training step leaves out")
  package static let targets = Argument<[String]>.words(
    "targets", [everyLinear] + Architecture.moduleNames + Architecture.tableNames,
    default: .word(everyLinear), foreign: ["target_modules"],
    "the layers that get an adapter; the embedding and the head by their names too")
  package static let modules = Argument.texts(
    "modules",
    "the same by ends of their paths in a list, or by a regular expression for whole paths")
  package static let exclude = Argument<[String]?>.words(
    "exclude", Architecture.moduleNames, "layers of `targets` that get none")
  package static let layers = Argument.ints(
    "layers", 0...10_000, foreign: ["layers_to_transform"],
    "the blocks that get an adapter; all if not given; the embedding and the head are in none")
  package static let overrides = Argument.record(
    "overrides", foreign: ["rank_pattern", "alpha_pattern"],
    "another rank or alpha by name of layer: {o_proj: {rank: 16, alpha: 32}}")
  package static let start = Argument<AdapterStart>.choice(
    "init", default: .standard, foreign: ["init_lora_weights"],
    "how A and B start: A uniform in ±1/√inputs, gaussian or both orthogonal, where B·A is zero; or on the "
      + "weights: pissa, olora, loftq; or on the data: eva")
  package static let growth = Argument.number(
    "rho", 1...1000, default: 2,
    "the most that eva gives a layer, as a multiple of its rank; 1 leaves ranks as they are")
  package static let isRankStabilized = Argument.flag(
    "rslora", default: false, foreign: ["use_rslora"],
    "scale by alpha/√rank instead of alpha/rank")
  package static let isWeightDecomposed = Argument.flag(
    "dora", default: false, foreign: ["use_dora"],
    "learn the lengths of the rows of W + B·A apart from their directions (DoRA)")
  package static let biases = Argument<TrainedBiases>.choice(
    "biases", default: .none, foreign: ["bias"],
    "biases of frozen layers that are trained too: of those with an adapter, or of all")
  package static let saved = Argument.texts(
    "modules_to_save", foreign: ["lora_modules_to_save"],
    "modules that are trained themselves, in f32 and in place of the base's, by ends of their paths: \"lm_head\", "
      + "\"norm\"")
  package static let tokens = Argument<Value?>.value(
    "trainable_token_indices",
    .either([.list(.either([.int(0...10_000_000), .string])), .record]),
    "tokens whose rows of the embedding are trained alone, by texts or ids; {embed_tokens: […], lm_head: […]} for "
      + "each table apart")
  package static let ensuresTying = Argument.flag(
    "ensure_weight_tying", default: false,
    "whether embedding and head that are one matrix stay one in modules_to_save")
  package static let adapterName = Argument.text(
    "name", "what `use` calls it; \"default\" if not given")

  package static let declaration = VerbDeclaration(
    "lora", "puts a trainable low-rank adapter beside the frozen layers",
    arguments: [
      rank, alpha, dropout, targets, modules, exclude, layers, overrides, start, growth,
      isRankStabilized, isWeightDecomposed, biases, saved, tokens, ensuresTying,
      adapterName,
    ],
    fields: [
      FieldDeclaration("rank", "int", "width of A and B"),
      FieldDeclaration("scale", "float", "what the update is multiplied by"),
      FieldDeclaration("ranks", "list", "the ranks of all layers, where they differ"),
      FieldDeclaration("scales", "list", "the scales of all layers, where they differ"),
      FieldDeclaration(
        "trainable", "int", "all numbers that are trained"),
      FieldDeclaration("total", "int", "numbers in the model and the adapter"),
      FieldDeclaration("percent", "percent", "trainable of total"),
      FieldDeclaration("bytes", "size", "the adapter in memory"),
    ],
    effects: [.needs(.model), .gives(.adapter)],
    examples: ["lora rank: 8", "lora rank: 4, alpha: 8, targets: [q_proj, v_proj]"],
    related: ["train", "use", "save"], foreign: ["peft", "qlora"],
    alternatives: [[targets, modules]],
    next: { shape in
      shape.has.contains(.dataset) ? "train epochs: 1" : "dataset \"…\", the examples to train on"
    },
    details: """
      LoRA (arXiv 2106.09685) leaves W alone and learns y = W·x + (alpha/rank)·B·A·x, with A of
      rank × inputs and B of outputs × rank. B starts at zero, so the model answers as before until
      it is trained. `init: pissa` and `olora` start on the strongest directions of W instead, which are \
      subtracted beside it, so that the model answers as before too; the adapter is saved with twice \
      the rank and needs no other base. `loftq` starts on what `quantize` lost. `eva` (arXiv 2410.07170) \
      reads examples of the training part first: A starts with the directions along which the inputs of a layer \
      vary most, and layers get the more of all ranks the more of the variance lies along theirs. A layer of 576 × 576 has 331,776 weights; rank 8 trains 8·(576+576) = 9,216. \
      `targets: [lm_head, embed_tokens]` trains beside the output head and the embedding, which all_linear leaves \
      out; beside an embedding A starts at zero and B at random, and both of a model that ties them stay \
      apart, as PEFT has it. `modules_to_save: ["lm_head", "norm"]` trains modules themselves, as full fine-tuning \
      would, and keeps them in the adapter: every module whose path ends with one of these, so that "norm" \
      stands for all norms and "model.norm" for the last one. \
      `trainable_token_indices: ["<|im_end|>"]` trains the rows of these tokens alone, of the embedding and of a head \
      that is the same matrix.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.lora(call)
  }
}

extension Session {
  func lora(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(LoRA.name)
    let name = call[LoRA.adapterName] ?? AdapterInUse.standardName
    try requireName(name, LoRA.adapterName)
    let configuration = try configuration(call, of: model.decoder.description)
    let adapter =
      call[LoRA.start] == .eva
      ? try adapterOnData(call, in: model, configuration)
      : try adapter(call, in: model, configuration)
    take(
      AdapterInUse(
        name: name, adapter: adapter, base: model.identity, steps: 0, curve: nil))
    return .record(summary(of: adapter, in: model))
  }

  func adapter(
    _ call: VerbCall, in model: ModelInUse, _ configuration: LoRAConfiguration
  ) throws(VerbFailure) -> Adapter {
    let start = call[LoRA.start]
    let adapter = Adapter(
      configuration: start.isSubtracted ? configuration.besideStart() : configuration,
      model: model.decoder.description, start: start, seed: state.seed)
    adapter.takeValues(of: model.decoder.weights)
    if start.standsOnWeights { try begin(adapter, start, in: model) }
    if configuration.isWeightDecomposed {
      adapter.takeLengths(of: model.decoder.weights, with: model.compute)
    }
    return adapter
  }

  func summary(of adapter: Adapter, in model: ModelInUse) -> Record {
    let trainable = adapter.trainableCount
    let total = trainable + model.decoder.weights.parameterCount
    let layers = adapter.parameters.layout.entries.filter(\.hasPair)
    var record = Record([
      ("rank", .int(layers.map(\.trainedRank).min() ?? 0)),
      ("scale", .float(Double(adapter.configuration.scale))),
      ("trainable", .int(trainable)),
      ("total", .int(total)),
      ("percent", .percent(Double(trainable) / Double(total))),
      ("bytes", .size(adapter.byteCount)),
    ])
    let ranks = Set(layers.map(\.trainedRank)).sorted()
    let scales = Set(layers.map(\.scale)).sorted()
    record["ranks"] = ranks.count > 1 ? .list(ranks.map { .int($0) }) : Value.none
    record["scales"] = scales.count > 1 ? .list(scales.map { .float(Double($0)) }) : Value.none
    return record
  }
}
