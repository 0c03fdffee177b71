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
    try requireFormats(of: model, adapter, target, call, path)
    let (weights, report) = rewritten(model, adapter, target, call)
    let decoder = model.decoder.with(weights)
    let bytes: Int
    switch target {
    case .gguf, .ollama:
      let file = try GGUFModelFile(of: model.loaded, weights: weights, to: path)
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
      try folder.write()
      bytes = weights.byteCount
    }
    let readBack = try ReadBack(path, of: model.loaded, decoder, on: ProbePrompts.texts)
    let moved = Divergence(
      of: .init(decoder), from: .init(model.decoder, adapter),
      on: ProbePrompts.sequences(of: model.loaded), with: model.compute)
    return Record([
      ("path", .string(call[Export.path])), ("bytes", .size(bytes)),
      ("type", .word(mostCommon(weights.linears))),
      ("embedding", .word(weights.embedding.format.rawValue)),
      ("adapter", .string(state.activeAdapter ?? Use.base)),
      ("rms_error", .float(report.error.rootMeanSquare)), ("kl", .float(moved.mean)),
      ("difference", .float(moved.largest)), ("read_back", .float(readBack.difference)),
    ])
  }

  private func mostCommon(_ matrices: [FrozenMatrix]) -> String {
    var counts: [String: Int] = [:]
    for matrix in matrices { counts[matrix.format.rawValue, default: 0] += matrix.elementCount }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? Export.keep
  }

  // MARK: - Formats

  private func rewritten(
    _ model: ModelInUse, _ adapter: Adapter?, _ target: Export.Target, _ call: VerbCall
  ) -> (weights: FrozenWeights, report: RewritingReport) {
    let linear = WeightFormat(rawValue: call[Export.type]).map { QuantizationScheme(format: $0) }
    let named = WeightFormat(rawValue: call[Export.embedding])
      .map { QuantizationScheme(format: $0) }
    let table = target == .safetensors ? linear : named
    let start = ContinuousClock.now
    return model.decoder.weights.rewritten(
      folding: adapter, linears: { _, _ in linear }, tables: { _, _ in table }, with: model.compute
    ) { share in
      let seconds = (ContinuousClock.now - start).seconds
      progress(
        Progress(
          verb: Export.name, done: Int(share * 100), total: 100, unit: "%",
          secondsLeft: share > 0 ? seconds / share * (1 - share) : nil, seconds: seconds))
    }
  }

  /// Refuses formats that do not fit the model's layers, that no quantizer makes or the target lacks.
  private func requireFormats(
    of model: ModelInUse, _ adapter: Adapter?, _ target: Export.Target, _ call: VerbCall,
    _ path: String
  ) throws(FileError) {
    let weights = model.decoder.weights
    let tables = [weights.embedding] + (weights.isTied ? [] : [weights.head])
    let type = call[Export.type]
    let embedding = target == .safetensors ? type : call[Export.embedding]
    for (name, matrices) in [(type, weights.linears), (embedding, tables)] {
      guard let format = WeightFormat(rawValue: name) else { continue }
      if target == .safetensors, !ElementType(format).isScalar {
        throw FileError(
          .unsupported, file: path, cause: "safetensors does not have \(name)",
          fix: "take type: bf16, type: f16 or type: f32, or write a .gguf file")
      }
      let scheme = QuantizationScheme(format: format)
      for matrix in matrices {
        guard let obstacle = scheme.obstacle(columns: matrix.columns) else { continue }
        throw FileError(
          .unsupported, file: path, cause: "this model cannot be written in \(name): \(obstacle)",
          fix: "f16 and bf16 take rows of any length")
      }
    }
    if let adapter { try requireFolding(of: adapter, into: weights, type, embedding, path) }
  }

  /// Refuses an adapter that the matrices it stands beside cannot take in.
  private func requireFolding(
    of adapter: Adapter, into weights: FrozenWeights, _ type: String, _ embedding: String,
    _ path: String
  ) throws(FileError) {
    guard !weights.untiesHead(under: adapter) else {
      throw FileError(
        .unsupported, file: path,
        cause:
          "the embedding and the output head of this model are one matrix, which the adapter changes "
          + "in one of its places alone",
        fix: "save the adapter, for PEFT; or write the model without it: use base")
    }
    for (argument, name, isTables) in [
      (Export.type.name, type, false), (Export.embedding.name, embedding, true),
    ] where name == Export.keep {
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
    if let note = file.note { notice(note) }
  }
}
