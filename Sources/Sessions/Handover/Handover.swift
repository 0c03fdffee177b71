import Files
import Models
import RecipeLanguage
import Tensors
import Training

/// What a training of this session is, for a trainer on a larger machine.
struct Handover {
  let model: ModelInUse
  /// PEFT's configuration of the adapter.
  let lora: JSONObject
  /// What of the model it trains.
  let layout: AdapterLayout
  /// The training of the adapter in use, or one with nothing given.
  let call: VerbCall
  let seed: UInt64
  let steps: Int
  let warmupSteps: Int
  let train: HandoverRows
  let valid: HandoverRows
  let test: HandoverRows
  let maxLength: Int
  /// What the other trainer cannot be told, or does otherwise, as sentences.
  private(set) var differences: [String] = []

  /// Arguments of a training that are carried over, or concern this program's own work only.
  private static let carried: [any DeclaredArgument] = [
    Train.epochs, Train.steps, Train.learningRate, Train.batch, Train.accumulate, Train.schedule,
    Train.warmup, Train.optimizer, Train.weightDecay, Train.clip, Train.pack, Train.shuffle,
    Train.evalEvery, Train.keep, Train.patience, Train.folder, Train.resume, Train.checkpointing,
    Train.saveEvery, Train.groups,
  ]

  init(
    model: ModelInUse, adapter: AdapterInUse, run: TrainingRun?, data: DataInUse, seed: UInt64,
    range: VerbCall
  ) {
    self.model = model
    layout = adapter.adapter.parameters.layout
    lora =
      AdapterConfigurationFile.value(
        of: adapter.adapter.configuration, on: adapter.base.description, baseModel: ""
      ).object ?? JSONObject()
    call =
      run?.call
      ?? VerbCall(verb: Train.declaration, given: [:], range: range.range, ranges: [:])
    self.seed = run?.seed ?? seed
    var configuration = TrainingConfiguration()
    configuration.length =
      call[Train.steps].map { .steps($0) } ?? .epochs(call[Train.epochs])
    switch call[Train.warmup] {
    case .share(let share): configuration.warmup = .share(share)
    case .count(let steps): configuration.warmup = .steps(steps)
    }
    let plan = BatchPlan(
      of: data.dataset, rows: data.rows(.train), batch: call[Train.batch],
      accumulate: call[Train.accumulate], tokenBudget: 0,
      shuffleSeed: call[Train.shuffle] ? self.seed : nil)
    steps = configuration.stepCount(stepsPerEpoch: plan.stepsPerEpoch)
    warmupSteps = configuration.rates(of: steps).warmupSteps
    let tokenizer = model.loaded.tokenizer
    train = HandoverRows(
      data.dataset.tokenized.choosing(plan.order(ofEpoch: 0)), with: tokenizer)
    valid = HandoverRows(data.examples(.valid), with: tokenizer)
    test = HandoverRows(data.examples(.test), with: tokenizer)
    maxLength = data.dataset.options.maxLength
    differences = commonDifferences(stepsPerEpoch: plan.stepsPerEpoch)
  }

  private func commonDifferences(stepsPerEpoch: Int) -> [String] {
    var result: [String] = []
    if steps > stepsPerEpoch, call[Train.shuffle] {
      result.append(
        "The rows stand in the order of Skillet's first epoch; later epochs have the same order here, and "
          + "another one there.")
    }
    if warmupSteps > 0 {
      result.append(
        "The first step of the warm-up has a rate of zero here; Skillet's step s of n has (s+1)/(n+1) of it."
      )
    }
    result.append("The random start of A is another one, so losses part after the first step.")
    let known = Set(Self.carried.map(\.name))
    for argument in call.verb.arguments where !known.contains(argument.name) {
      guard let value = call.given[argument.name] else { continue }
      result.append("`\(argument.name): \(value.source)` of the training is not carried over.")
    }
    let rows = train.tokenized + valid.tokenized + test.tokenized
    if rows > 0 {
      result.append(
        "\(rows) rows are told by token ids and hold for this model's tokenizer only.")
    }
    if model.merged != nil {
      result.append("The base had an adapter merged into it, which the model named here has not.")
    }
    return result
  }

  mutating func tell(_ difference: String) { differences.append(difference) }

  /// Steps between evaluations, where there is something to evaluate.
  var evaluationInterval: Int? { valid.count > 0 ? call[Train.evalEvery] : nil }

  /// Whether the training ends with the adapter of its best evaluation.
  var keepsBest: Bool { evaluationInterval != nil && call[Train.keep] == .best }

  /// Whether Axolotl's does, which always looks for the best where it may stop early.
  var loadsBest: Bool {
    keepsBest || evaluationInterval != nil && call[Train.patience] != nil
  }

  /// How transformers calls the schedule; nil for one that it does not have.
  var schedule: String? {
    let name = call[Train.schedule].rawValue
    return name == LearningRateSchedule.Shape.constant.rawValue && warmupSteps > 0
      ? "constant_with_warmup" : Self.schedules.contains(name) ? name : nil
  }

  private static let schedules: Set = ["cosine", "linear", "constant"]

  /// How transformers calls the optimizer; nil for one that it does not have.
  var optimizer: String? { Self.optimizers[call[Train.optimizer].rawValue] }

  private static let optimizers = [
    "adamw": "adamw_torch", "sgd": "sgd", "adafactor": "adafactor", "lion": "lion_32bit",
    "adamw8bit": "adamw_bnb_8bit",
  ]

  /// The first word of the training that transformers has nothing for.
  var untranslated: (argument: any DeclaredArgument, word: String)? {
    if schedule == nil { return (Train.schedule, call[Train.schedule].rawValue) }
    if optimizer == nil { return (Train.optimizer, call[Train.optimizer].rawValue) }
    return nil
  }

  /// PEFT's options that are not its defaults, beside those that always stand there.
  var loraOptions: [(key: String, value: JSONValue)] {
    let always = ["r", "lora_alpha", "lora_dropout", "target_modules"]
    let elsewhere: Set = [
      "auto_mapping", "base_model_name_or_path", "inference_mode", "peft_type", "revision",
      "task_type",
    ]
    let defaults: [JSONValue] = [.null, [:], [], .bool(false), "none"]
    let others = lora.members.filter { member in
      !always.contains(member.key) && !elsewhere.contains(member.key)
        && !defaults.contains(member.value) && member.value != .bool(true)
        || AdapterConfigurationFile.isFlag(member.key) && member.value == .bool(true)
    }
    return always.compactMap { key in lora[key].map { (key, $0) } }
      + others.map { ($0.key, $0.value) }
  }
}

extension JSONValue {
  /// The value as Python writes it.
  var python: String {
    switch self {
    case .null: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .array(let values): "[" + values.map(\.python).joined(separator: ", ") + "]"
    case .object(let object):
      "{"
        + object.members.map { JSONValue.string($0.key).text() + ": " + $0.value.python }
        .joined(separator: ", ") + "}"
    default: text()
    }
  }
}
