import Models
import RecipeLanguage
import Tokenizers
import Training

/// `inspect data` and `inspect next`: a text as the model reads it, and what it expects behind it.
extension Session {
  /// A row as the model reads it, whole, token by token, and of it what is only read and what is learnt.
  ///
  /// - Parameter part: whose rows are counted; nil counts all.
  func inspectRow(
    _ number: Int, of part: DatasetSplit.Part?, _ model: ModelInUse
  ) throws(VerbFailure) -> Record {
    let data = try requireData(Inspect.name)
    let rows = part.map { data.rows($0) } ?? Array(data.dataset.tokenized.indices)
    guard rows.indices.contains(number - 1) else {
      let whole = part.map { "the part `\($0.rawValue)`" } ?? "the dataset"
      throw VerbFailure(
        "E0423", "there is no row \(number): \(whole) has \(rows.count)", argument: Inspect.row,
        help: "rows count from 1")
    }
    let place = rows[number - 1]
    let row = data.dataset.tokenized[place]
    try require(data.dataset.tokenized.choosing([place]), fit: model)
    let tokenizer = model.loaded.tokenizer
    func text(trained: Bool) -> String {
      tokenizer.readable(zip(row.tokens, row.trained).filter { $0.1 == trained }.map(\.0))
    }
    let file = data.dataset.file(ofExample: place)
    return Record(
      [
        ("subject", .word(Inspect.data)), ("row", .int(number)),
      ] + (part.map { [("part", .word($0.rawValue))] } ?? []) + [("line", .int(row.line))]
        + (file.map { [("file", .string($0))] } ?? []) + [
          ("tokens", .int(row.tokens.count)), ("trained_tokens", .int(row.trainedCount)),
          ("text", .string(tokenizer.readable(row.tokens))),
          ("read", .string(text(trained: false))), ("learnt", .string(text(trained: true))),
          ("ids", .list(row.tokens.map { .int(Int($0)) })),
          ("trained", .list(row.trained.map { .bool($0) })),
          ("pieces", .table(pieces(of: row, model))),
        ])
  }

  /// The tokens in their order, with the loss of each: how little the model expected it.
  private func pieces(of row: TokenizedExample, _ model: ModelInUse) -> Table {
    let losses = model.decoder.tokenLosses(
      of: row.tokens, adapter: state.adapter?.adapter, with: model.compute)
    return Table(
      rows: row.tokens.indices.map { place in
        Table.Row(
          label: "\(place + 1)",
          record: Record([
            ("id", .int(Int(row.tokens[place]))),
            ("piece", .string(quoted(row.tokens[place], model))),
            ("learnt", .bool(row.trained[place])),
            ("loss", place == 0 ? .none : .float(losses[place - 1])),
          ]))
      }, heading: "place")
  }

  /// A token as a text in quotes, so that its blanks and line breaks are seen.
  func quoted(_ token: Int32, _ model: ModelInUse) -> String {
    NumberText.quoted(model.loaded.tokenizer.readable([token]))
  }

  func inspectNext(_ call: VerbCall, _ model: ModelInUse) throws(VerbFailure) -> Record {
    let tokens = try textTokens(call, model)
    func expected(_ adapter: Adapter?) throws(VerbFailure) -> NextTokens {
      let next = NextTokens(
        after: tokens, model: model.decoder, adapter: adapter, with: model.compute)
      guard let next else { throw .scoresAreNotFinite(after: tokens.count) }
      return next
    }
    let base = try expected(nil)
    var tuned: NextTokens?
    if let adapter = state.adapter { tuned = try expected(adapter.adapter) }
    let shown = (tuned ?? base).likeliest(call[Inspect.top])
    let names = shown.map { quoted(Int32($0), model) }
    onEvent(.figure(figure(shown, names, base: base, tuned: tuned), goesWithValue: false))
    return record(shown, names, base: base, tuned: tuned, tokens: tokens.count)
  }

  /// The text that `inspect next` and `inspect attention` are given, in tokens.
  func textTokens(_ call: VerbCall, _ model: ModelInUse) throws(VerbFailure) -> [Int32] {
    let subject = call[Inspect.subject]
    guard let text = call[Inspect.text] else {
      throw VerbFailure(
        "E0206", "`inspect \(subject)` lacks its text", argument: Inspect.subject,
        help: "inspect \(subject), \"The capital of France is\"")
    }
    let tokens = model.loaded.tokenizer.encode(text, parseSpecial: true)
    let context = model.decoder.description.sizes.context
    let most = subject == Inspect.attention ? min(context, Inspect.mostTokensOfAttention) : context
    guard !tokens.isEmpty, tokens.count <= most else {
      throw VerbFailure(
        "E0415",
        tokens.isEmpty
          ? "the text is empty"
          : "the text has \(tokens.count) tokens, and "
            + (most < context
              ? "each is held against each of them" : "the model's context holds \(context)"),
        argument: Inspect.text, help: "give a text of 1 to \(most) tokens")
    }
    return tokens
  }

  private func record(
    _ shown: [Int], _ names: [String], base: NextTokens, tuned: NextTokens?, tokens: Int
  ) -> Record {
    var record = Record([
      ("subject", .word(Inspect.next)), ("tokens", .int(tokens)),
      ("entropy", .float((tuned ?? base).entropy)),
    ])
    if let tuned {
      record["base_entropy"] = .float(base.entropy)
      record["kl"] = .float(tuned.divergence(from: base))
    }
    record["likeliest"] = .table(
      Table(
        rows: zip(shown, names).enumerated().map { place, token in
          var row = Record([
            ("id", .int(token.0)), ("piece", .string(token.1)),
            ("probability", .percent((tuned ?? base).probabilities[token.0])),
          ])
          if tuned != nil { row["base"] = .percent(base.probabilities[token.0]) }
          return Table.Row(label: "\(place + 1)", record: row)
        }, heading: "place"))
    return record
  }

  private func figure(
    _ shown: [Int], _ names: [String], base: NextTokens, tuned: NextTokens?
  ) -> Figure {
    func series(_ name: String, _ next: NextTokens) -> Figure.Series {
      Figure.Series(
        name, .bars,
        shown.enumerated().map { Figure.Point(x: Double($0 + 1), y: next.probabilities[$1]) })
    }
    let adapter = tuned.map { [series("with the adapter", $0)] } ?? []
    return Figure(
      title: "likeliest next tokens", x: "token", y: "probability",
      series: adapter + [series(tuned == nil ? "probability" : "without it", base)],
      categories: names)
  }
}
