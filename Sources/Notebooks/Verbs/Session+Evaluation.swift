import Checkpoints
import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// eval, perplexity.
extension Session {
  func eval(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel("eval")
    let data = try requireData("eval")
    let part = call.text("on").flatMap { DatasetSplit.Part(rawValue: $0) } ?? .valid
    let examples = data.examples(part)
    guard !examples.isEmpty else {
      throw VerbFailure(
        "E0412", "the dataset has no `\(part.rawValue)` part", argument: "on",
        help: data.split == nil
          ? "cut it first: split valid: 10%" : "give it rows: split \(part.rawValue): 10%")
    }
    try require(examples, fit: model)
    let (score, seconds) = try measure("eval", model, examples.count, unit: "rows") {
      evaluation, progress in
      evaluation.run(examples, onProgress: progress)
    }
    guard score.tokens > 0 else {
      throw VerbFailure(
        "E0412", "no token of the part `\(part.rawValue)` counts, so there is nothing to measure",
        argument: "on", help: "give the dataset rows with replies, or another mask")
    }
    try refuse(score.meanLoss, "the loss of the part `\(part.rawValue)`")
    let seen = seenRows(of: examples, part)
    let metrics: [(String, Value)] = [
      ("loss", .float(score.meanLoss)),
      ("perplexity", .float(exp(score.meanLoss))),
      ("token_accuracy", .percent(Double(score.correct) / Double(max(1, score.tokens)))),
    ]
    let wanted = call.words("metrics")
    return .record(
      Record(
        metrics.filter { wanted?.contains($0.0) ?? true } + [
          ("tokens", .int(score.tokens)),
          ("seconds", .duration(seconds)),
          ("finite", .bool(score.meanLoss.isFinite)),
          ("seen", .int(seen)),
        ], reference: currentReference()))
  }

  /// How many of the rows the adapter in use was trained on, which is told unless it goes without saying.
  private func seenRows(of examples: [TokenizedExample], _ part: DatasetSplit.Part) -> Int {
    guard let adapter = state.adapter else { return 0 }
    let seen = examples.count { adapter.rows.contains($0.identity) }
    let isExpected = part == .train && seen == examples.count
    if seen > 0, !isExpected {
      notice(
        "\(seen) of these \(examples.count) rows are rows that the adapter was trained on; its loss on "
          + "them says little about others")
    }
    if adapter.rows.isPartial {
      notice(
        "the adapter was trained on more rows than are remembered, so that it may have seen more of "
          + "these")
    }
    return seen
  }

  func perplexity(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel("perplexity")
    let text = try text(ofFile: ModelFolder.expandingHome(call.text("file") ?? ""))
    let tokens =
      [model.loaded.text.begin].compactMap { $0 }
      + model.loaded.tokenizer.encode(text, parseSpecial: false)
    let context = try length("context", of: call, default: 512, for: model)
    if context < call.int("context") ?? 512 {
      notice("windows have \(context) tokens, all that the model's context holds")
    }
    guard tokens.count >= context else {
      throw VerbFailure(
        "E0413", "the text has \(tokens.count) tokens, and one window takes \(context)",
        argument: "file", help: "give a longer text, or a smaller context")
    }
    let (result, seconds) = try measure(
      "perplexity", model, tokens.count / context, unit: "windows"
    ) { evaluation, progress in
      WindowPerplexity(evaluation: evaluation, context: context).run(tokens, onProgress: progress)
    }
    guard let result else {
      throw VerbFailure("E0413", "the text is too short to be measured", argument: "file")
    }
    try refuse(result.perplexity, "the perplexity of the text")
    return .record(
      Record([
        ("perplexity", .float(result.perplexity)),
        ("standard_error", .float(result.standardError)),
        ("tokens", .int(result.tokens)), ("windows", .int(result.windows)),
        ("seconds", .duration(seconds)),
      ]))
  }

  /// A model knows no positions behind its context.
  func require(_ examples: [TokenizedExample], fit model: ModelInUse) throws(VerbFailure) {
    let context = model.decoder.description.sizes.context
    let longest = examples.max { $0.tokens.count < $1.tokens.count }
    guard let longest, longest.tokens.count - 1 > context else { return }
    throw VerbFailure(
      "E0415",
      "the row of line \(longest.line) has \(longest.tokens.count) tokens, and the model's context "
        + "holds \(context)",
      help: "read the dataset with max_length: \(context)")
  }

  /// A figure that is NaN or infinite is none, and whatever would be made of it is wrong.
  private func refuse(_ figure: Double, _ what: String) throws(VerbFailure) {
    guard !figure.isFinite else { return }
    let adapter = state.activeAdapter.map { "the adapter \"\($0)\" or " } ?? ""
    throw VerbFailure(
      "E0410", "\(what) is \(figure.isNaN ? "NaN" : "infinite"), which measures nothing",
      help: "\(adapter)the model has weights that are not numbers, or far too large: "
        + (adapter.isEmpty ? "load a sound file" : "`use base` and measure again to know which"))
  }

  /// Runs a measurement with progress; an interruption is a failure, since half a figure is none.
  private func measure<Result>(
    _ verb: String, _ model: ModelInUse, _ total: Int, unit: String,
    _ body: (Evaluation, (Int, Int) -> Bool) -> Result
  ) throws(VerbFailure) -> (Result, seconds: Double) {
    let evaluation = Evaluation(
      model: model.decoder, adapter: state.adapter?.adapter, compute: model.compute)
    let clock = ContinuousClock()
    let start = clock.now
    var wasInterrupted = false
    let result = body(evaluation) { done, total in
      let seconds = (clock.now - start).seconds
      progress(
        Progress(
          verb: verb, done: done, total: total, unit: unit,
          secondsLeft: seconds / Double(max(1, done)) * Double(total - done), seconds: seconds))
      wasInterrupted = isInterrupted()
      return !wasInterrupted
    }
    if wasInterrupted {
      throw VerbFailure(
        "E0901", "`\(verb)` was interrupted, so it has no result", kind: .interrupted)
    }
    return (result, (clock.now - start).seconds)
  }

  private func text(ofFile path: String) throws(VerbFailure) -> String {
    do throws(CheckpointError) {
      let file = try CheckpointError.mapping(path)
      guard let text = String(validating: file.contents(), as: UTF8.self) else {
        throw CheckpointError(
          .malformed, file: path, cause: "the file is not UTF-8 text",
          fix: "convert it, for example with iconv")
      }
      return text
    } catch {
      throw VerbFailure(error, argument: "file")
    }
  }
}
