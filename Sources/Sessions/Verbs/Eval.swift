import Glibc
import Models
import RecipeLanguage
import Tensors
import Training

package enum Eval: Verb {
  enum Metric: String, CaseIterable {
    case loss, perplexity
    case tokenAccuracy = "token_accuracy"
  }

  package static let part = Argument<DatasetSplit.Part>.choice(
    "on", default: .valid, "the part")
  package static let metrics = Argument<[String]?>.words(
    "metrics", Metric.allCases.map(\.rawValue), "the figures to give; all of them if not given")

  package static let declaration = VerbDeclaration(
    "eval", "measures the loss on a part of the dataset",
    arguments: [part, metrics],
    fields: [
      FieldDeclaration("loss", "float", role: .figure, "mean loss a token, in nats"),
      FieldDeclaration(
        "perplexity", "float", role: .figure,
        "e to the loss: how many tokens seem equally likely"),
      FieldDeclaration(
        "token_accuracy", "percent", role: .figure, "tokens that the model would have chosen"),
      FieldDeclaration("tokens", "int", "tokens that count"),
      FieldDeclaration("seconds", "duration", role: .extent, "time taken"),
      FieldDeclaration("finite", "bool", "false if the loss is NaN or infinite"),
      FieldDeclaration("seen", "int", "rows that the adapter in use was trained on"),
    ],
    effects: [
      .needs(.model), .needs(.dataset), .uses(.adapter),
      .needsRowsNamed(by: part.declaration), .measures,
    ],
    examples: ["eval", "eval on: train, metrics: [loss, token_accuracy]"],
    related: ["train", "perplexity", "compare"], foreign: ["evaluate", "test"],
    details: """
      The loss is the mean of -ln p over the tokens that count, p being the probability that the \
      model gives to the token that stands there; perplexity is e to it. Only tokens of replies \
      count, as in training, and each row is read by itself, so that batches change nothing. \
      token_accuracy is the share of tokens that were the likeliest ones.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.eval(call)
  }
}

extension Session {
  func eval(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(Eval.name)
    let data = try requireData(Eval.name)
    let part = call[Eval.part]
    let examples = data.examples(part)
    guard !examples.isEmpty else {
      throw VerbFailure(
        "E0412", "the dataset has no `\(part.rawValue)` part", argument: Eval.part,
        help: data.split == nil
          ? "cut it first: split valid: 10%" : "give it rows: split \(part.rawValue): 10%")
    }
    try require(examples, fit: model)
    let (score, seconds) = try measure(Eval.name, model, examples.count, unit: "rows") {
      evaluation, progress in
      evaluation.run(examples, onProgress: progress)
    }
    guard score.tokens > 0 else {
      throw VerbFailure(
        "E0412", "no token of the part `\(part.rawValue)` counts, so there is nothing to measure",
        argument: Eval.part, help: "give the dataset rows with replies, or another mask")
    }
    try refuse(score.meanLoss, "the loss of the part `\(part.rawValue)`")
    let seen = seenRows(of: examples, part)
    let metrics: [(Eval.Metric, Value)] = [
      (.loss, .float(score.meanLoss)),
      (.perplexity, .float(exp(score.meanLoss))),
      (.tokenAccuracy, .percent(Double(score.correct) / Double(max(1, score.tokens)))),
    ]
    let wanted = call[Eval.metrics]
    return .record(
      Record(
        metrics.map { ($0.rawValue, $1) }.filter { wanted?.contains($0.0) ?? true } + [
          ("tokens", .int(score.tokens)),
          ("seconds", .duration(seconds)),
          ("finite", .bool(score.meanLoss.isFinite)),
          ("seen", .int(seen)),
        ], reference: rememberAdapter()))
  }

  /// How many of the rows the adapter in use was trained on, which is told unless it goes without saying.
  private func seenRows(of examples: TokenizedRows, _ part: DatasetSplit.Part) -> Int {
    guard let adapter = state.adapter else { return 0 }
    let seen = examples.outlines.count { adapter.rows.contains($0.identity) }
    let isExpected = part == .train && seen == examples.count
    if seen > 0, !isExpected {
      let rows = seen == 1 ? "is a row" : "are rows"
      notice(
        "\(seen) of these \(examples.count) rows \(rows) that the adapter was trained on; its loss "
          + "there says little about others")
    }
    if adapter.rows.isPartial {
      notice(
        "the adapter was trained on more rows than are remembered, so that it may have seen more of "
          + "these")
    }
    return seen
  }
}
