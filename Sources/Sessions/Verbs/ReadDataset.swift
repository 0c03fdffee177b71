import Files
import Models
import RecipeLanguage
import Tokenizers
import Training

package enum ReadDataset: Verb {
  package static let source = Argument.requiredValue(
    "source", .either([.path, .list(.either([.path, .record]))]), file: .input,
    "a .jsonl, .json, .parquet, .arrow, .csv, .tsv or .txt file, also packed; a folder of such files; "
      + "a list of files and folders; or a \"\"\" block of JSON lines")
  package static let format = Argument.choiceOrAuto(
    "format", [DatasetFormat.alpaca, .promptCompletion, .messages, .sharegpt, .text, .segments],
    "what the rows look like; auto looks at their keys")
  package static let columns = Argument.record(
    "columns", "the file's names for the parts, e.g. {prompt: \"question\"}")
  package static let cutAfter = Argument.text(
    "cut_after", "a marker after which each text is the completion, e.g. \"\\nA:\"")
  package static let template = Argument.word(
    "template",
    [Word.auto, Word.none] + ChatTemplate.names.filter { $0 != Word.none }, default: Word.auto,
    "how prompt and reply are written; auto takes the model's own chat format")
  package static let mask = Argument<LossMask>.choice(
    "mask", default: .completion,
    "what counts in the loss: replies, the last reply of each conversation, or every token")
  package static let maxLength = Argument.int(
    "max_length", 8...1_000_000, default: 512, foreign: ["cutoff_len", "max_seq_length"],
    "longest example in tokens; a longer conversation loses its start, a longer text is cut up")
  package static let special = Argument.flag(
    "special", default: true,
    "whether names of special tokens in texts and under template: none are those tokens")

  package static let date = Argument.text(
    "date", "what the model's own template writes where it asks for today, e.g. \"2026-11-26\"")

  package static let dedupe = Argument.flag(
    "dedupe", default: false,
    foreign: [
      "drop_duplicates", "deduplicate", "dataset_exact_deduplication", "exact_dedup", "distinct",
    ], "leave out rows that are, token for token, a row before them")

  package static let declaration = VerbDeclaration(
    "dataset", "reads examples from a file, or from text in the recipe",
    arguments: [
      source, format, columns, cutAfter, template, mask, maxLength, special, date, dedupe,
    ],
    fields: [
      FieldDeclaration("rows", "int", "examples in use"),
      FieldDeclaration("tokens", "int", "tokens of all examples"),
      FieldDeclaration("trained_tokens", "int", "tokens that count in the loss"),
      FieldDeclaration("format", "word", "what the rows look like"),
      FieldDeclaration("template", "word", "how they are written"),
      FieldDeclaration("longest", "int", "tokens of the longest example"),
      FieldDeclaration("truncated", "int", "conversations that lost their start"),
      FieldDeclaration("skipped", "int", "rows that could not be used"),
      FieldDeclaration(
        "repeated", "int", "rows that are a row before them; `dedupe` leaves them out"),
    ],
    effects: [.needs(.model), .gives(.dataset), .removesRows, .givesRows(.train)],
    examples: ["dataset \"examples/expenses/train.jsonl\""],
    related: ["split", "train", "inspect"],
    next: { _ in "split valid: 10%, to measure on rows that are not trained on" },
    details: """
      Of a folder the data files are read in the order of their names, and what else is there is named; of a
      list each file or folder, one after the other. {path: "b.jsonl", weight: 0.5} takes half of the
      rows, drawn by the session's seed, and weight: 2 takes each row twice.

      Prompts are read, replies are learnt: the mask is made while the text is rendered, never by
      searching for a marker. The token that ends a reply is always added and always trained, so
      that the model learns to stop. Training, evaluation and generation use the same renderer.

      A row is a prompt and its completion, an instruction (with input, system, history), a list of
      turns under messages, conversations or contents, a preference (its chosen reply; OpenAI's and
      Anthropic's forms too), a text, or Axolotl's segments; of OpenAssistant's threads one conversation each
      is read. Tables (CSV, TSV) name their columns in the first line; Parquet and Arrow are known by how they
      begin, their rows are counted from 1, and columns of bytes are left out by name. gzip, zstd, bzip2, xz,
      lz4 and zip files of one file are unpacked, to at most 1 GiB.

      A file of JSON Lines may be larger than memory: it is read line by line, a row is read again where it is
      shown, and tokens beyond 32 MB are in a temporary file (in TMPDIR, else /var/tmp), from which a
      training takes what each step needs. Split, order, epochs, resuming and the adapter's bytes are the same
      as for a small file. Other kinds of files, and threads of messages, are kept in memory, up to 1 GiB.

      The model's own template is run, and writes tools, their calls and reasoning as it does in
      transformers; where it writes earlier replies in another way than the last, mask: last learns
      the last of each conversation. With `dedupe` the first of equal rows stays and the others are counted;
      equal are rows of the same tokens, of which the same are learnt. Every part of a row is used or named: other keys are counted in
      a notice, and rows whose replies are empty, or that have what the template leaves out, are
      skipped with their reason. Numbers, true and false where text belongs are read as they are
      written; null is as good as nothing. A conversation longer than max_length loses tokens at its start, and
      is skipped where its last reply alone is longer; a text is read in pieces, and loses nothing. In .txt
      files a blank line ends an example, and CR LF is one line's end.
      """)

  package static func run(_ call: VerbCall, in session: Session) throws(VerbFailure) -> Value {
    try session.dataset(call)
  }
}

extension ReadDataset {
  /// What an error marks.
  fileprivate static func argument(of error: DataError) -> any DeclaredArgument {
    switch error.option {
    case .columns: columns
    case .cutAfter: cutAfter
    case .dedupe: dedupe
    case .date: date
    case nil: source
    }
  }
}

extension Session {
  func dataset(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel(ReadDataset.name)
    let maxLength = try length(ReadDataset.maxLength, of: call, for: model)
    do throws(DataError) {
      let source = try source(of: call[ReadDataset.source])
      try requireOnce(source, of: call)
      let dataset = try Dataset(
        reading: source, options: try options(call, maxLength: maxLength),
        text: model.loaded.text)
      state.data = DataInUse(dataset: dataset, split: nil)
      report(dataset.summary, of: source)
      if maxLength < call[ReadDataset.maxLength] { tellContext(of: dataset) }
      return .record(summary(of: dataset))
    } catch {
      throw VerbFailure(error, argument: ReadDataset.argument(of: error))
    }
  }

  private func source(of value: Value) throws(DataError) -> DatasetSource {
    if case .list(let elements) = value { return .files(try parts(elements), seed: state.seed) }
    let text = value.text ?? ""
    return InlineText.isInline(text) ? .inline(text) : .file(path: Paths.expandingHome(text))
  }

  /// Refuses weights that take rows more than once where repeated rows are left out.
  private func requireOnce(_ source: DatasetSource, of call: VerbCall) throws(DataError) {
    guard call[ReadDataset.dedupe], case .files(let parts, _) = source,
      let part = parts.first(where: { $0.weight > 1 })
    else { return }
    throw DataError(
      file: part.path,
      reason: "its weight takes rows more than once, and dedupe leaves repeated rows out",
      fix: "Leave out one of the two", option: .dedupe)
  }

  /// Files and folders, each with the weight that its record states.
  private func parts(_ elements: [Value]) throws(DataError) -> [DatasetSource.Part] {
    func refusal(_ reason: String) -> DataError {
      DataError(
        file: "the list of files", reason: reason,
        fix: "Write [\"a.jsonl\", {path: \"b.jsonl\", weight: 0.5}]")
    }
    guard !elements.isEmpty else { throw refusal("it names no file") }
    var parts: [DatasetSource.Part] = []
    for element in elements {
      guard case .record(let record) = element else {
        parts.append(DatasetSource.Part(path: Paths.expandingHome(element.text ?? "")))
        continue
      }
      if let other = record.names.first(where: { !["path", "weight"].contains($0) }) {
        throw refusal("a file in it has a path and a weight, and no \(other)")
      }
      guard let path = record["path"]?.text else { throw refusal("a file in it lacks its path") }
      guard let weight = (record["weight"] ?? .int(1)).number, weight > 0, weight <= 100 else {
        throw refusal("the weight of \(path) must be more than 0 and at most 100")
      }
      parts.append(DatasetSource.Part(path: Paths.expandingHome(path), weight: weight))
    }
    return parts
  }

  /// A number of tokens that an argument states, which the model's context must hold: past it positions
  /// mean nothing to the model. What nobody stated is the default, or all that the context holds.
  func length(
    _ argument: Argument<Int>, of call: VerbCall, for model: ModelInUse
  ) throws(VerbFailure) -> Int {
    let context = model.decoder.description.sizes.context
    let length = call[argument]
    guard length > context else { return length }
    guard call.has(argument) else { return context }
    throw VerbFailure(
      "E0415", "\(argument.name) is \(length) tokens, and the model's context holds \(context)",
      argument: argument, help: "write \(argument.name): \(context) or less")
  }

  /// Says why rows were cut earlier than at the default length.
  private func tellContext(of dataset: Dataset) {
    guard dataset.summary.cutRows > 0 || dataset.summary.pieces > 0 else { return }
    notice("rows end at \(dataset.options.maxLength) tokens, all that the model's context holds")
  }

  /// What to write for a part that was given no column's name; a prompt of two has a format of its own.
  private func fix(of field: Record.Field, among columns: Record) -> String {
    if field.name == "prompt", case .list(let parts) = field.value, parts.count == 2,
      let answer = columns["completion"]
    {
      return "Two columns make a prompt as {instruction: \(parts[0].source), input: "
        + "\(parts[1].source), output: \(answer.source)}"
    }
    return "Give \(field.name) one column, for example {\(field.name): \"question\"}"
  }

  private func options(
    _ call: VerbCall, maxLength: Int
  ) throws(DataError) -> DatasetOptions {
    var names: [String: String] = [:]
    let columns = call[ReadDataset.columns] ?? Record()
    for field in columns.fields {
      switch field.value {
      case .list, .record, .table, .none:
        throw DataError(
          file: "columns", reason: "\(field.value.source) is no name of a column",
          fix: fix(of: field, among: columns), option: .columns)
      default: names[field.name] = field.value.text ?? field.value.source
      }
    }
    return DatasetOptions(
      format: call[ReadDataset.format],
      columns: try ColumnMapping(columns: names, cutAfter: call[ReadDataset.cutAfter]),
      template: call[ReadDataset.template],
      mask: call[ReadDataset.mask],
      maxLength: maxLength, special: call[ReadDataset.special],
      dropsRepeated: call[ReadDataset.dedupe],
      date: try call[ReadDataset.date].map { text throws(DataError) in
        do throws(TemplateDateError) {
          return try TemplateDate(text)
        } catch {
          throw DataError(
            file: "date", reason: "\(error)", fix: "Write the day that is meant", option: .date)
        }
      })
  }

  /// Says what a person should know before training: how the rows were read, what of them is not
  /// used, and every row that is not used as it stands.
  private func report(_ summary: DatasetSummary, of source: DatasetSource) {
    for text in summary.notices { notice(text) }
    for (notes, count, what) in [
      (summary.cut, summary.cutRows, "cut"), (summary.skipped, summary.skippedRows, "skipped"),
    ] {
      for note in notes.prefix(3) {
        notice("\(note.file ?? source.name):\(note.line): \(what): \(note.reason)")
      }
      if count > 3 {
        let reasons = RowNote.reasons(of: notes.dropFirst(3))
        notice("… and \(count - 3) more rows \(what): \(reasons)")
      }
    }
  }

  private func summary(of dataset: Dataset) -> Record {
    let summary = dataset.summary
    return Record([
      ("rows", .int(summary.rows)),
      ("tokens", .int(summary.tokens)),
      ("trained_tokens", .int(summary.trainedTokens)),
      ("format", .word(summary.format.rawValue)),
      ("template", .word(summary.template)),
      ("longest", .int(summary.longest)),
      ("truncated", .int(summary.cutRows)),
      ("skipped", .int(summary.skippedRows)),
      ("repeated", .int(summary.repeated)),
    ])
  }

  /// Reads a dataset with another model's tokenizer; the same rows stay in the same parts.
  func read(
    _ dataset: Dataset, again split: DatasetSplit?, for model: LoadedModel
  ) throws(VerbFailure) {
    let context = model.decoder.description.sizes.context
    var options = dataset.options
    options.maxLength = min(options.maxLength, context)
    do throws(DataError) {
      let again = try Dataset(reading: dataset.source, options: options, text: model.text)
      if options.maxLength < dataset.options.maxLength { tellContext(of: again) }
      let isSame = again.tokenized.count == dataset.tokenized.count
      state.data = DataInUse(dataset: again, split: isSame ? split : nil)
    } catch {
      throw VerbFailure(error, argument: nil)
    }
  }
}
