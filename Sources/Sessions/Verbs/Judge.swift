import Diagnostics
import Glibc
import Models
import RecipeLanguage
import Tensors
import Tokenizers
import Training

package enum Judge: Verb {
  /// The weights as the file has them.
  private static let schemes = QuantizationScheme.formats.map(\.rawValue)

  /// An adapter's name, base, or the value of what trained or measured one.
  private static let adapter = ArgumentType.either([.string, .word([Use.base]), .record])

  package static let adapters = Argument.value(
    "adapters", .either([adapter, .table, .list(adapter)]),
    "adapters by name, as values of what trained them, or base for none; the first is what others are "
      + "measured by, and that is base for one alone and for the runs of a table")
  package static let formats = Argument<[String]?>.words(
    "formats", schemes, "schemes of `quantize`, beside the model as it is in its file")
  package static let part = Argument<DatasetSplit.Part>.choice(
    "on", default: .valid, "the part whose rows are asked")
  package static let general = Argument<String?>.path(
    "general", .input,
    "a text of another kind, to tell what was forgotten: a file, or a \"\"\" block of text")

  /// Tokens of a window of the general text, and the fewest that are measured.
  fileprivate static let generalWindow = 512
  fileprivate static let leastWindow = 32

  package static let declaration = VerbDeclaration(
    "judge", "measures adapters or formats on the same rows, with what chance could do",
    arguments: [adapters, formats, part, general],
    fields: [
      FieldDeclaration("verdict", "string", "what the rows tell, in a sentence"),
      FieldDeclaration("rows", "int", role: .extent, "rows that were asked"),
      FieldDeclaration("tokens", "int", "tokens that count"),
      FieldDeclaration(
        "table", "table", "a row each: loss, perplexity, difference from the first, kl"),
      FieldDeclaration("seconds", "duration", role: .extent, "time taken"),
    ],
    effects: [
      .needs(.model), .needs(.dataset), .uses(.adapter), .needsRowsNamed(by: part.declaration),
      .measures,
    ],
    examples: ["judge formats: [int8, nf4, int4]"],
    related: ["eval", "compare", "quantize", "answers"],
    alternatives: [[adapters, formats]],
    details: """
      All are asked about the same rows. difference is the mean loss a token less that of the first; \
      low and high hold 95 % of the differences when the rows are drawn again with replacement, each \
      with both of its losses (paired bootstrap, 10,000 samples, percentiles). An interval \
      with 0 in it says that these rows do not tell the two apart, not that they are equal; with \
      a dozen rows it is rough. kl is the mean Kullback-Leibler divergence a token from the first one's \
      expectation: how differently it would write, whether better or not. With `general` the table has the loss \
      on that text too, by windows as `perplexity` has them, and forgot, how much higher it is than the first's: \
      what was learnt from a narrow dataset is often paid for with what the model knew before.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    .record(try session.judge(call))
  }
}

extension Session {
  fileprivate func judge(_ call: VerbCall) throws(VerbFailure) -> Record {
    let model = try requireModel(Judge.name)
    let data = try requireData(Judge.name)
    let part = data.examples(call[Judge.part])
    let examples = part.choosing(part.indices.filter { part.outline($0).trainedCount > 0 })
    guard !examples.isEmpty else {
      throw VerbFailure(
        "E0412", "no token of the part `\(call[Judge.part].rawValue)` counts",
        argument: Judge.part,
        help: data.split == nil ? "cut the dataset first: split valid: 10%" : "name another part")
    }
    try require(examples, fit: model)
    let contenders = try contenders(call, model)
    if call[Judge.part] != .train { tellSeen(examples, by: contenders) }
    let start = ContinuousClock.now
    let rows = try ask(examples, contenders, model)
    let general = try call[Judge.general].map { source throws(VerbFailure) in
      try losses(on: source, of: contenders, model)
    }
    for (index, contender) in contenders.enumerated() {
      try refuse(rows.reduce(0) { $0 + $1.losses[index] }, "the loss of \(contender.name)")
    }
    let judged = contenders.indices.map {
      Judged($0, of: contenders, rows: rows, general: general, seed: state.seed)
    }
    onEvent(.figure(Self.figure(of: judged), goesWithValue: false))
    return Record([
      ("verdict", .string(Self.verdict(on: judged, rows: rows.count))),
      ("rows", .int(rows.count)), ("tokens", .int(rows.reduce(0) { $0 + $1.tokens })),
      ("table", .table(Table(rows: judged.map(\.row), heading: "name"))),
      ("seconds", .duration((ContinuousClock.now - start).seconds)),
    ])
  }

  private func ask(
    _ examples: TokenizedRows, _ contenders: [Contender], _ model: ModelInUse
  ) throws(VerbFailure) -> [RowExpectations] {
    let start = ContinuousClock.now
    var rows: [RowExpectations] = []
    for example in examples {
      if isInterrupted() {
        throw VerbFailure(
          "E0901", "`\(Judge.name)` was interrupted, so it has no result", kind: .interrupted)
      }
      rows.append(
        RowExpectations(
          of: example, by: contenders.map { ($0.model, $0.adapter) }, with: model.compute))
      let seconds = (ContinuousClock.now - start).seconds
      progress(
        Progress(
          verb: Judge.name, done: rows.count, total: examples.count, unit: "rows",
          secondsLeft: seconds / Double(rows.count) * Double(examples.count - rows.count),
          seconds: seconds))
    }
    return rows
  }

  /// The mean loss of each on a text.
  private func losses(
    on source: String, of contenders: [Contender], _ model: ModelInUse
  ) throws(VerbFailure) -> [Double] {
    let tokens = try longText(source, Judge.general, model)
    let most = min(Judge.generalWindow, model.decoder.description.sizes.context)
    let window = min(most, tokens.count)
    guard window >= Judge.leastWindow else {
      throw VerbFailure(
        "E0413", "the text has \(tokens.count) tokens, too few to tell anything",
        argument: Judge.general, help: "give a page of text or more")
    }
    var losses: [Double] = []
    for contender in contenders {
      let (result, _) = try measure(
        Judge.name, model, tokens.count / window, unit: "windows"
      ) { _, progress in
        let evaluation = Evaluation(
          model: contender.model, adapter: contender.adapter, compute: model.compute)
        return WindowPerplexity(
          evaluation: evaluation, context: window, begin: model.loaded.text.begin
        ).run(tokens, onProgress: progress)
      }
      guard let result else {
        throw VerbFailure("E0413", "the text is too short to be measured", argument: Judge.general)
      }
      try refuse(result.perplexity, "the perplexity of the text by \(contender.name)")
      losses.append(log(result.perplexity))
    }
    return losses
  }

  // MARK: What is told

  /// Says of which adapters the rows are no test, since they were trained on them.
  private func tellSeen(_ examples: TokenizedRows, by contenders: [Contender]) {
    for contender in contenders {
      guard let rows = contender.rows else { continue }
      let seen = examples.outlines.count { rows.contains($0.identity) }
      guard seen > 0 else { continue }
      notice(
        "\(contender.name) was trained on \(seen) of these \(examples.count) rows; its loss there says "
          + "little about others")
    }
  }

  private static func figure(of judged: [Judged]) -> Figure {
    Figure(
      title: "mean loss a token", x: "name", y: "loss",
      bars: judged.map { (name: $0.name, value: $0.loss) })
  }

  private static func verdict(on judged: [Judged], rows: Int) -> String {
    let first = judged[0]
    let sentences = judged.dropFirst().map { entry -> String in
      let (low, high) = (entry.bootstrap.interval.lowerBound, entry.bootstrap.interval.upperBound)
      let range =
        "\(NumberText.significant(low, digits: 3)) to \(NumberText.significant(high, digits: 3))"
      if low > 0 || high < 0 {
        let side = high < 0 ? "below" : "above"
        let size = NumberText.significant(abs(entry.bootstrap.difference), digits: 3)
        return "\(entry.name) lies \(size) \(side) (95 % interval \(range))"
      }
      return "\(entry.name) is not told apart (95 % interval \(range) has 0 in it)"
    }
    let caution = rows < 20 ? "; so few rows make the intervals rough" : ""
    let forgotten = judged.dropFirst().compactMap { entry in
      entry.forgot.map {
        "\(entry.name) \($0 < 0 ? "" : "+")\(NumberText.significant($0, digits: 3))"
      }
    }
    return "Against \(first.name), by mean loss a token on the same \(rows) rows: "
      + sentences.joined(separator: "; ") + caution + "."
      + (forgotten.isEmpty
        ? "" : " Loss on the general text: " + forgotten.joined(separator: ", ") + ".")
  }
}

private struct Judged {
  let name: String
  let loss: Double
  let bootstrap: PairedBootstrap
  /// How much higher its loss on the general text is than that of the first.
  let forgot: Double?
  let row: Table.Row

  init(
    _ index: Int, of contenders: [Contender], rows: [RowExpectations], general: [Double]?,
    seed: UInt64
  ) {
    forgot = general.map { $0[index] - $0[0] }
    let tokens = Double(max(1, rows.reduce(0) { $0 + $1.tokens }))
    name = contenders[index].name
    loss = rows.reduce(0) { $0 + $1.losses[index] } / tokens
    bootstrap = PairedBootstrap(
      rows.map { .init(loss: $0.losses[index], other: $0.losses[0], tokens: $0.tokens) },
      seed: seed)
    var record = Record([("loss", .float(loss)), ("perplexity", .float(exp(loss)))])
    let isFirst = index == 0
    record["difference"] = isFirst ? Value.none : .float(bootstrap.difference)
    record["low"] = isFirst ? Value.none : .float(bootstrap.interval.lowerBound)
    record["high"] = isFirst ? Value.none : .float(bootstrap.interval.upperBound)
    record["kl"] =
      isFirst ? Value.none : .float(rows.reduce(0) { $0 + $1.divergences[index] } / tokens)
    if let general {
      record["general"] = .float(general[index])
      record["forgot"] = isFirst ? Value.none : forgot.map { .float($0) } ?? .none
    }
    if let storage = contenders[index].storage {
      record["bits_per_weight"] = .float(storage.bits)
      record["bytes"] = .size(storage.bytes)
      record["rms_error"] = .float(storage.error)
    }
    row = Table.Row(label: name, record: record)
  }
}
