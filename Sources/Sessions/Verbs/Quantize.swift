import Diagnostics
import Models
import RecipeLanguage
import Tensors

package enum Quantize: Verb {
  /// The file's own formats.
  static let keep = "keep"
  static let head = "lm_head"

  private static let schemes = QuantizationScheme.formats.filter { $0 != .f16 }

  package static let scheme = Argument.requiredWord(
    "scheme", schemes.map(\.rawValue) + [keep], "the format; keep goes back to the file's own")
  package static let block = Argument.int(
    "block", 32...4096, default: 64, foreign: ["block_size", "group_size"],
    "weights that share one factor (nf4, fp4, int4); a power of two")
  package static let double = Argument.flag(
    "double", default: true, foreign: ["double_quant"], "quantize the factors too (nf4, fp4)")
  package static let skip = Argument<[String]>.words(
    "skip", [head] + Architecture.moduleNames, default: .list([.word(head)]),
    "modules that stay as they are")

  package static let declaration = VerbDeclaration(
    "quantize", "keeps the linear layers of the base in fewer bits",
    arguments: [scheme, block, double, skip],
    fields: [
      FieldDeclaration("scheme", "word", "the format in use"),
      FieldDeclaration("bits_per_weight", "float", "codes and factors of the layers that changed"),
      FieldDeclaration("bytes", "size", "all weights now"),
      FieldDeclaration("bytes_before", "size", "all weights as loaded"),
      FieldDeclaration("rms_error", "float", "root mean square of what a weight lost"),
      FieldDeclaration("max_error", "float", "the most that any weight lost"),
    ],
    effects: [.needs(.model), .changes(.model)],
    examples: ["quantize nf4", "quantize int4, block: 32", "quantize keep"],
    related: ["load", "lora", "eval"],
    details: """
      nf4 (QLoRA, arXiv 2305.14314) cuts each row into blocks of 64, divides a block by its largest
      magnitude (absmax) and replaces each weight by the nearest of 16 quantiles of a normal
      distribution. `double` keeps the absmax values in 8 bits, which saves 0.37 bits a weight.
      int8 has one factor a row: q = round(127·w/absmax). Quantizing always starts from the weights
      in the file; re-quantizing a file that has 4 bits already costs quality, `keep` does not.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.quantize(call)
  }
}

extension Session {
  func quantize(_ call: VerbCall) throws(VerbFailure) -> Value {
    var model = try requireModel(Quantize.name)
    let name = call[Quantize.scheme]
    let before = model.loaded.decoder.weights.byteCount
    guard let format = WeightFormat(rawValue: name) else {
      model.decoder = model.loaded.decoder
      model.scheme = nil
      model.quantization = nil
      comeBack(to: &model)
      tellTrainedOnAnother(model)
      return .record(kept(model.decoder.weights, before: before))
    }
    let scheme = QuantizationScheme(
      format: format, block: call[Quantize.block], isDouble: call[Quantize.double])
    try requireBlocks(
      of: scheme, fitting: model, block: Quantize.block, scheme: Quantize.scheme)
    let skipped = call[Quantize.skip]
    let whole = try roles(
      named: skipped.filter { $0 != Quantize.head }, Quantize.skip, of: model.decoder.description)
    let compute = model.compute
    let start = ContinuousClock.now
    let (weights, report) = model.loaded.decoder.weights.quantized(
      to: scheme, skipping: Set(whole),
      includesHead: !skipped.contains(Quantize.head), with: compute
    ) { tellQuantized($0, since: start) }
    try requireFinite(report, of: model)
    model.decoder = model.decoder.with(weights)
    model.scheme = name
    model.quantization = Record(call.given.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    comeBack(to: &model)
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

  /// Takes a model that was made of the file's weights, and puts an adapter of a merged base aside.
  private func comeBack(to model: inout ModelInUse) {
    if let merged = model.merged {
      model.merged = nil
      let isOfMerged = state.adapter.map { $0.base === merged } ?? false
      notice(
        "the model has the weights of its file again, without what was merged"
          + (isOfMerged
            ? "; the adapter \"\(state.activeAdapter ?? "")\", which was made on the merged one, is not "
              + "in use any more" : ""))
      if isOfMerged { state.activeAdapter = nil }
    }
    state.model = model
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
      argument: Quantize.scheme,
      help: "download the model again, or take an earlier state of its training",
      kind: .input)
  }

  private func tellQuantized(_ share: Double, since start: ContinuousClock.Instant) {
    let seconds = (ContinuousClock.now - start).seconds
    progress(
      Progress(
        verb: Quantize.name, done: Int(share * 100), total: 100, unit: "%",
        secondsLeft: share > 0 ? seconds / share * (1 - share) : nil, seconds: seconds))
  }

  private func kept(_ weights: FrozenWeights, before: Int) -> Record {
    let linears = weights.linears
    let bytes = linears.reduce(0) { $0 + $1.byteCount }
    let elements = linears.reduce(0) { $0 + $1.elementCount }
    return Record([
      ("scheme", .word(Quantize.keep)),
      ("bits_per_weight", .float(Double(bytes) * 8 / Double(max(1, elements)))),
      ("bytes", .size(weights.byteCount)), ("bytes_before", .size(before)),
      ("rms_error", .float(0)), ("max_error", .float(0)),
    ])
  }

  /// Refuses a scheme that does not fit the layers.
  ///
  /// - Parameters:
  ///   - block: the argument that gave the block's size.
  ///   - word: the argument that named the format.
  func requireBlocks(
    of scheme: QuantizationScheme, fitting model: ModelInUse, block: any DeclaredArgument,
    scheme word: any DeclaredArgument
  ) throws(VerbFailure) {
    guard scheme.block >= 32, scheme.block.nonzeroBitCount == 1 else {
      throw VerbFailure(
        "E0406", "a block of \(scheme.block) weights cannot share a factor",
        argument: block,
        help: "take a power of two: 32, 64, 128 …")
    }
    for matrix in model.loaded.decoder.weights.linears {
      if let obstacle = scheme.obstacle(columns: matrix.columns) {
        throw VerbFailure(
          "E0406", "this model cannot be kept as \(scheme.format.rawValue): \(obstacle)",
          argument: word, help: "int8 takes rows of any length")
      }
    }
  }
}
