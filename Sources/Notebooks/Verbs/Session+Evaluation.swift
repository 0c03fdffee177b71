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
    let (score, seconds) = try measure("eval", model, examples.count, unit: "rows") {
      evaluation, progress in
      evaluation.run(examples, onProgress: progress)
    }
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
        ], reference: currentReference()))
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
    return .record(
      Record([
        ("perplexity", .float(result.perplexity)),
        ("standard_error", .float(result.standardError)),
        ("tokens", .int(result.tokens)), ("windows", .int(result.windows)),
        ("seconds", .duration(seconds)),
      ]))
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
