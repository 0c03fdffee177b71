import Diagnostics
import Files
import Models
import RecipeLanguage
import Tensors
import Training

/// What `export` does with a model.
extension Session {
  func write(
    _ model: ModelInUse, as target: Export.Target, to path: String, _ call: VerbCall
  ) throws(FileError) -> Record {
    let adapter = state.adapter?.adapter
    let plan = try plan(of: model, target, call, path)
    if let adapter { try requireFolding(of: adapter, into: model.decoder.weights, plan, path) }
    let (weights, report) = rewritten(model, adapter, plan)
    try requireFinite(report, plan, path)
    for substitution in plan.substitutions { notice(substitution.text) }
    let decoder = model.decoder.with(weights)
    let bytes: Int
    switch target {
    case .gguf, .ollama:
      let file = try GGUFModelFile(
        of: model.loaded, weights: weights, as: plan.type, to: path)
      for note in file.notes { notice(note) }
      try FolderMaking.make(Paths.parent(of: path))
      try file.write()
      if target == .ollama { try writeModelfile(of: model.loaded, beside: path) }
      bytes = weights.byteCount
    case .safetensors, .trl, .axolotl:
      precondition(target == .safetensors, "a model written as \(target.rawValue)")
      let folder = try SafetensorsModelFolder(
        of: model.loaded, weights: weights, as: WeightFormat(rawValue: call[Export.type]),
        to: path)
      for note in folder.notes { notice(note) }
      try folder.write()
      bytes = weights.byteCount
    }
    let readBack = try ReadBack(path, of: model.loaded, decoder, on: ProbePrompts.texts)
    let moved = Divergence(
      of: .init(decoder), from: .init(model.decoder, adapter),
      on: ProbePrompts.sequences(of: model.loaded), with: model.compute)
    return Record([
      ("path", .string(call[Export.path])), ("bytes", .size(bytes)),
      ("type", .word(weights.mostLinearFormat?.rawValue ?? Export.keep)),
      ("embedding", .word(weights.embedding.format.rawValue)),
      ("adapter", .string(state.activeAdapter ?? Use.base)),
      ("rms_error", .float(report.error.rootMeanSquare)), ("kl", .float(moved.mean)),
      ("difference", .float(moved.largest)), ("read_back", .float(readBack.difference)),
    ])
  }

  // MARK: - Formats

  private func rewritten(
    _ model: ModelInUse, _ adapter: Adapter?, _ plan: FormatPlan
  ) -> (weights: FrozenWeights, report: RewritingReport) {
    let start = ContinuousClock.now
    return model.decoder.weights.rewritten(
      folding: adapter, as: { place, _ in plan.scheme(at: place) }, with: model.compute
    ) { share in
      let seconds = (ContinuousClock.now - start).seconds
      progress(
        Progress(
          verb: Export.name, done: Int(share * 100), total: 100, unit: "%",
          secondsLeft: share > 0 ? seconds / share * (1 - share) : nil, seconds: seconds))
    }
  }

  /// Refuses formats that do not fit the model's layers, or that the target lacks.
  private func plan(
    of model: ModelInUse, _ target: Export.Target, _ call: VerbCall, _ path: String
  ) throws(FileError) -> FormatPlan {
    let type = GGUFFileType.named(call[Export.type])
    if target == .safetensors {
      if let type, !type.isOfFloats {
        throw FileError(
          .unsupported, file: path, cause: "safetensors does not have \(type.name)",
          fix: "take type: bf16, type: f16 or type: f32, or write a .gguf file")
      }
      return try FormatPlan(of: model.decoder, as: type, tables: .ofType, file: path)
    }
    let tables: FormatPlan.Tables =
      switch call[Export.embedding] {
      case Export.auto: .ofType
      case let name: WeightFormat(rawValue: name).map { .named($0) } ?? .kept
      }
    return try FormatPlan(of: model.decoder, as: type, tables: tables, file: path)
  }

  private func requireFinite(
    _ report: RewritingReport, _ plan: FormatPlan, _ path: String
  ) throws(FileError) {
    guard !report.error.rootMeanSquare.isFinite else { return }
    throw FileError(
      .unsupported, file: path,
      cause:
        "some weights would be no finite numbers in \(plan.type?.name ?? "their formats"): its "
        + "factors are at most 65504",
      fix: "type: bf16 and type: f32 hold them")
  }

  /// Refuses an adapter that the matrices it stands beside cannot take in.
  private func requireFolding(
    of adapter: Adapter, into weights: FrozenWeights, _ plan: FormatPlan, _ path: String
  ) throws(FileError) {
    guard !weights.untiesHead(under: adapter) else {
      throw FileError(
        .unsupported, file: path,
        cause:
          "the embedding and the output head of this model are one matrix, which the adapter changes "
          + "in one of its places alone",
        fix: "save the adapter, for PEFT; or write the model without it: use base")
    }
    for (argument, isTables, isKept) in [
      (Export.type.name, false, plan.type == nil),
      (Export.embedding.name, true, plan.scheme(at: .table(.embedding)) == nil),
    ] where isKept {
      if let format = weights.formatWithoutQuantizer(under: adapter, tables: isTables) {
        throw FileError(
          .unsupported, file: path,
          cause:
            "the adapter cannot be folded into layers in \(format.rawValue), which is only read",
          fix: "name a type that is written as well, such as \(argument): q8_0")
      }
    }
  }

  private func writeModelfile(of model: LoadedModel, beside path: String) throws(FileError) {
    let file = OllamaModelfile(of: model, file: Paths.name(of: path))
    let parent = Paths.parent(of: path)
    try AtomicFile.write(file.text, to: parent + "/" + OllamaModelfile.name)
    for note in file.notes { notice(note) }
  }
}

extension FormatPlan.Substitution {
  /// What is told of it.
  fileprivate var text: String {
    let rows = columns.map(String.init).joined(separator: " and ")
    let count = matrices == 1 ? "one matrix is" : "\(matrices) matrices are"
    return
      "rows of \(rows) weights are no multiple of \(wanted.columnMultiple): \(count) written in "
      + "\(taken.rawValue) in place of \(wanted.rawValue), as by llama.cpp"
  }
}
