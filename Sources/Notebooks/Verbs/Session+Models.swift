import Diagnostics
import Checkpoints
import Models
import RecipeLanguage
import Tensors
import Training

/// load, quantize, lora, use.
extension Session {
  func load(_ call: VerbCall) throws(VerbFailure) -> Value {
    let source = call.text("source") ?? ""
    guard let path = ModelFolder.path(of: source) else { throw missingModel(source) }
    guard path.hasSuffix(".gguf") || ModelFolder.isFolder(path) else {
      throw VerbFailure(
        "E0801", "\(path): this is neither a .gguf file nor a folder", argument: "source",
        help: "a model is a .gguf file or a folder with config.json", kind: .input)
    }
    let model: LoadedModel
    do throws(CheckpointError) {
      model = try LoadedModel(path: path)
    } catch {
      throw VerbFailure(error, argument: "source")
    }
    let precision = call.text("precision").flatMap { Precision(rawValue: $0) }
    let compute = Compute(threadCount: threadCount, precision: precision)
    if precision == .bf16, compute.precision != .bf16 {
      throw VerbFailure(
        "E0404", "this CPU does not multiply bf16 in hardware", argument: "precision",
        help: "leave precision out, or write precision: f32",
        notes: ["the kernels in use are \(Kernels.name)"])
    }
    let data = state.data
    state.model = ModelInUse(
      source: source, loaded: model, decoder: model.decoder, scheme: nil, compute: compute)
    state.adapters = [:]
    state.activeAdapter = nil
    state.data = nil
    if let folder = call.text("adapter") { try loadAdapter(folder, for: model, with: compute) }
    if let data { try read(data.dataset, again: data.split, for: model) }
    return .record(summary(of: model))
  }

  private func missingModel(_ source: String) -> VerbFailure {
    let known = ModelFolder.available
    var notes: [String] = []
    if let file = ModelFolder.aliases[source] {
      notes.append(
        "\(source) is the file \(file); it is looked for in "
          + ModelFolder.folders.joined(separator: ", "))
    }
    if !known.isEmpty { notes.append("models found: \(known.joined(separator: ", "))") }
    let near = NearestName.question(for: source, among: known)
    return VerbFailure(
      "E0405", "there is no model \"\(source)\"", argument: "source",
      help: near
        ?? (ModelFolder.aliases[source] == nil
          ? "check the path; a model is a .gguf file or a folder with config.json"
          : "fetch it with `make model`, or set SKILLET_MODELS to the folder that has it"),
      notes: notes, kind: .input)
  }

  private func loadAdapter(
    _ folder: String, for model: LoadedModel, with compute: Compute
  ) throws(VerbFailure) {
    do throws(CheckpointError) {
      let files = AdapterFolder(model: model.decoder.description, baseModel: model.name)
      let (adapter, card) = try files.read(
        ModelFolder.expandingHome(folder), on: model.identity, with: compute.pool)
      state.adapters["default"] = AdapterInUse(
        name: "default", adapter: adapter, base: model.identity, trainedOn: card?.quantization,
        steps: card?.steps ?? 0, rows: card?.rows ?? TrainedRows(), curve: nil)
      state.activeAdapter = "default"
      if let card { tell(card, of: model, with: compute) }
    } catch {
      throw VerbFailure(error, argument: "adapter")
    }
  }

  private func tell(_ card: AdapterCard, of model: LoadedModel, with compute: Compute) {
    if card.base.digests.template != model.identity.digests(with: compute.pool).template {
      notice("the adapter was trained with another chat template than the one of this model")
    }
    if let scheme = card.quantization {
      notice(
        "the adapter was trained on \(card.base.name) in \(scheme); `quantize \(scheme)` gives the "
          + "same base")
    }
  }

  private func summary(of model: LoadedModel) -> Record {
    let description = model.decoder.description
    let weights = model.decoder.weights
    return Record([
      ("name", .string(model.name)),
      ("architecture", .string(description.architecture)),
      ("parameters", .int(weights.parameterCount)),
      ("layers", .int(description.sizes.layers)),
      ("hidden", .int(description.sizes.hidden)),
      ("context", .int(description.sizes.context)),
      ("format", .string(model.format)),
      ("bytes", .size(weights.byteCount)),
    ])
  }

  func quantize(_ call: VerbCall) throws(VerbFailure) -> Value {
    var model = try requireModel("quantize")
    let name = call.text("scheme") ?? "keep"
    let before = model.loaded.decoder.weights.byteCount
    guard let format = WeightFormat(rawValue: name) else {
      model.decoder = model.loaded.decoder
      model.scheme = nil
      state.model = model
      tellTrainedOnAnother(model)
      return .record(kept(model.decoder.weights, before: before))
    }
    let scheme = QuantizationScheme(
      format: format, block: call.int("block") ?? 64, isDouble: call.bool("double") ?? true)
    try check(scheme, for: model)
    let skipped = call.words("skip") ?? []
    let compute = model.compute
    let start = ContinuousClock.now
    let kept = try roles(
      named: skipped.filter { $0 != "lm_head" }, "skip", of: model.decoder.description)
    let (weights, report) = model.loaded.decoder.weights.quantized(
      to: scheme, skipping: Set(kept),
      includesHead: !skipped.contains("lm_head"), with: compute
    ) { tellQuantized($0, since: start) }
    try requireFinite(report, of: model)
    model.decoder = model.decoder.with(weights)
    model.scheme = name
    state.model = model
    model.loaded.releasePages()
    tellTrainedOnAnother(model)
    return .record(
      Record([
        ("scheme", .word(name)),
        ("bits_per_weight", .float(report.bitsPerWeight)),
        ("bytes", .size(report.bytes)),
        ("bytes_before", .size(before)),
        ("rms_error", .float(report.error.rootMeanSquare)),
        ("max_error", .float(Double(report.error.largest))),
      ]))
  }

  private func tellTrainedOnAnother(_ model: ModelInUse) {
    for adapter in state.adapters.values.sorted(by: { $0.name < $1.name })
    where adapter.steps > 0 && adapter.trainedOn != model.scheme {
      let earlier = adapter.trainedOn ?? "the formats of its file"
      let now = model.scheme ?? "the formats of its file"
      notice(
        "the adapter \"\(adapter.name)\" was trained on the model in \(earlier), and the model is "
          + "in \(now) now")
    }
  }

  /// Large files are not read at load, so this is where their weights are first looked at.
  private func requireFinite(
    _ report: QuantizationReport, of model: ModelInUse
  ) throws(VerbFailure) {
    guard !report.error.rootMeanSquare.isFinite else { return }
    throw VerbFailure(
      "E0801", "\(model.loaded.path): the weights hold values that are no finite numbers",
      argument: "scheme",
      help: "download the model again, or take an earlier state of its training",
      kind: .input)
  }

  private func tellQuantized(_ share: Double, since start: ContinuousClock.Instant) {
    let seconds = (ContinuousClock.now - start).seconds
    progress(
      Progress(
        verb: "quantize", done: Int(share * 100), total: 100, unit: "%",
        secondsLeft: share > 0 ? seconds / share * (1 - share) : nil, seconds: seconds))
  }

  private func kept(_ weights: FrozenWeights, before: Int) -> Record {
    let linears = weights.linears
    let bytes = linears.reduce(0) { $0 + $1.byteCount }
    let elements = linears.reduce(0) { $0 + $1.elementCount }
    return Record([
      ("scheme", .word("keep")),
      ("bits_per_weight", .float(Double(bytes) * 8 / Double(max(1, elements)))),
      ("bytes", .size(weights.byteCount)), ("bytes_before", .size(before)),
      ("rms_error", .float(0)), ("max_error", .float(0)),
    ])
  }

  private func check(
    _ scheme: QuantizationScheme, for model: ModelInUse
  ) throws(VerbFailure) {
    guard scheme.block >= 32, scheme.block.nonzeroBitCount == 1 else {
      throw VerbFailure(
        "E0406", "a block of \(scheme.block) weights cannot share a factor", argument: "block",
        help: "take a power of two: 32, 64, 128 …")
    }
    for matrix in model.loaded.decoder.weights.linears {
      if let obstacle = scheme.obstacle(columns: matrix.columns) {
        throw VerbFailure(
          "E0406", "this model cannot be kept as \(scheme.format.rawValue): \(obstacle)",
          argument: "scheme", help: "int8 takes rows of any length")
      }
    }
  }

  func lora(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel("lora")
    let name = call.text("name") ?? "default"
    if name == "base" {
      throw VerbFailure(
        "E0425", "`base` is the model without an adapter", argument: "name",
        help: "choose another name")
    }
    let description = model.decoder.description
    let layers = try layers(call, of: description)
    let targets = try targets(call, of: description)
    let rank = call.int("rank") ?? 8
    try check(rank: rank, of: targets, in: description)
    let adapter = Adapter(
      configuration: LoRAConfiguration(
        rank: rank, alpha: call.number("alpha") ?? 16,
        dropout: Float(call.number("dropout") ?? 0), targets: targets, layers: layers,
        isRankStabilized: call.bool("rslora") ?? false),
      model: description, seed: state.seed)
    state.adapters[name] = AdapterInUse(
      name: name, adapter: adapter, base: model.loaded.identity, steps: 0, curve: nil)
    state.activeAdapter = name
    return .record(summary(of: adapter, in: model))
  }

  private func targets(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> [LinearRole] {
    let names = call.words("targets") ?? ["all_linear"]
    if names.contains("all_linear") { return model.linears.map(\.role) }
    if names.isEmpty { throw noLayer(argument: "targets") }
    return try roles(named: names, "targets", of: model)
  }

  /// The layers of a block that are called by these names.
  private func roles(
    named names: [String], _ argument: String, of model: DecoderDescription
  ) throws(VerbFailure) -> [LinearRole] {
    var roles: Set<LinearRole> = []
    for name in names {
      let found = model.linears.filter { model.matches(name, $0, layer: 0) }
      guard !found.isEmpty else {
        let known = model.names(of: LinearRole.allCases).joined(separator: ", ")
        throw VerbFailure(
          "E0407", "this model has no layer `\(name)`", argument: argument,
          help: "its linear layers are \(known)")
      }
      roles.formUnion(found.map(\.role))
    }
    return model.linears.map(\.role).filter(roles.contains)
  }

  /// The blocks that get an adapter, ascending; nil for all.
  private func layers(
    _ call: VerbCall, of model: DecoderDescription
  ) throws(VerbFailure) -> [Int]? {
    guard let values = call.list("layers") else { return nil }
    let layers = values.compactMap { value in
      if case .int(let layer) = value { layer } else { nil }
    }
    if let outside = layers.first(where: { $0 >= model.sizes.layers }) {
      throw VerbFailure(
        "E0407", "there is no block \(outside): the model has \(model.sizes.layers)",
        argument: "layers", help: "blocks count from 0 to \(model.sizes.layers - 1)")
    }
    if layers.isEmpty { throw noLayer(argument: "layers") }
    return Array(Set(layers)).sorted()
  }

  private func noLayer(argument: String) -> VerbFailure {
    VerbFailure(
      "E0407", "this gives an adapter to no layer at all", argument: argument,
      help: "leave it out for all of them")
  }

  private func check(
    rank: Int, of targets: [LinearRole], in model: DecoderDescription
  ) throws(VerbFailure) {
    let modules = targets.compactMap { model.linear($0) }
    let smallest = modules.map { min($0.inputs, $0.outputs) }.min() ?? 0
    guard rank > smallest else { return }
    throw VerbFailure(
      "E0408", "rank \(rank) is more than the smallest of these layers has: \(smallest)",
      argument: "rank", help: "a rank far below \(smallest) is the point; 8 is a good start")
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

  func use(_ call: VerbCall) throws(VerbFailure) -> Value {
    let name = call.text("name") ?? "base"
    if name == "base" {
      state.activeAdapter = nil
    } else if state.adapters[name] != nil {
      state.activeAdapter = name
    } else {
      let known = state.adapters.keys.sorted()
      throw VerbFailure(
        "E0409", "there is no adapter \"\(name)\"", argument: "name",
        help: NearestName.question(for: name, among: known)
          ?? "name it when it is made: lora name: \"\(name)\"",
        notes: known.isEmpty ? [] : ["adapters: \(known.joined(separator: ", "))"])
    }
    return .record(Record([("name", .string(name))]))
  }
}
