import Diagnostics
import Models
import RecipeLanguage
import Tokenizers
import Training

/// dataset, split, seed, tokenize.
extension Session {
  func dataset(_ call: VerbCall) throws(VerbFailure) -> Value {
    let model = try requireModel("dataset")
    let source = source(of: call.text("source") ?? "")
    let maxLength = try length("max_length", of: call, default: 512, for: model)
    do throws(DataError) {
      let dataset = try Dataset(
        reading: source, options: try options(call, maxLength: maxLength),
        text: model.loaded.text)
      state.data = DataInUse(dataset: dataset, split: nil)
      report(dataset.summary, of: source)
      if maxLength < call.int("max_length") ?? 512 { tellContext(of: dataset) }
      return .record(summary(of: dataset))
    } catch {
      throw VerbFailure(error, argument: "source")
    }
  }

  /// A text with a line break, or one that begins as JSON does, is the data itself; so is an empty
  /// block.
  private func source(of text: String) -> DatasetSource {
    let isInline =
      text.isEmpty || text.contains("\n") || text.hasPrefix("{") || text.hasPrefix("[")
    return isInline ? .inline(text) : .file(path: ModelFolder.expandingHome(text))
  }

  /// A number of tokens that an argument states, which the model's context must hold: past it positions
  /// mean nothing to the model. What nobody stated is the default, or all that the context holds.
  func length(
    _ argument: String, of call: VerbCall, default standard: Int, for model: ModelInUse
  ) throws(VerbFailure) -> Int {
    let context = model.decoder.description.sizes.context
    let length = call.int(argument) ?? standard
    guard length > context else { return length }
    guard call.given.contains(argument) else { return context }
    throw VerbFailure(
      "E0415", "\(argument) is \(length) tokens, and the model's context holds \(context)",
      argument: argument, help: "write \(argument): \(context) or less")
  }

  /// Says why rows were cut earlier than at the default length.
  private func tellContext(of dataset: Dataset) {
    guard !dataset.summary.cut.isEmpty else { return }
    notice("rows end at \(dataset.options.maxLength) tokens, all that the model's context holds")
  }

  private func options(
    _ call: VerbCall, maxLength: Int
  ) throws(DataError) -> DatasetOptions {
    var names: [String: String] = [:]
    for field in call.record("columns")?.fields ?? [] {
      names[field.name] = field.value.text ?? field.value.source
    }
    return DatasetOptions(
      format: call.text("format").flatMap { DatasetFormat(rawValue: $0) },
      columns: try ColumnMapping(columns: names, cutAfter: call.text("cut_after")),
      template: call.text("template") ?? "auto",
      mask: call.text("mask").flatMap { LossMask(rawValue: $0) } ?? .completion,
      maxLength: maxLength, special: call.bool("special") ?? true)
  }

  /// Says what a person should know before training: how the rows were read, what of them is not
  /// used, and every row that is not used as it stands.
  private func report(_ summary: DatasetSummary, of source: DatasetSource) {
    for text in summary.notices { notice(text) }
    for (notes, what) in [(summary.cut, "cut"), (summary.skipped, "skipped")] {
      for note in notes.prefix(3) { notice("\(source.name):\(note.line): \(what): \(note.reason)") }
      if notes.count > 3 { notice("… and \(notes.count - 3) more rows \(what)") }
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
      ("truncated", .int(summary.cut.count)),
      ("skipped", .int(summary.skipped.count)),
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
      let isSame = again.examples.count == dataset.examples.count
      state.data = DataInUse(dataset: again, split: isSame ? split : nil)
    } catch {
      throw VerbFailure(error, argument: nil)
    }
  }

  func split(_ call: VerbCall) throws(VerbFailure) -> Value {
    var data = try requireData("split")
    func size(_ name: String) -> PartSize? {
      switch call.arguments[name] {
      case .percent(let share)?: share == 0 ? nil : .fraction(share)
      case .int(let rows)?: rows == 0 ? nil : .rows(rows)
      default: nil
      }
    }
    do throws(DataError) {
      let seed = call.int("seed").map { UInt64($0) } ?? state.seed
      let split = try DatasetSplit(
        of: data.dataset, train: size("train"), valid: size("valid"), test: size("test"),
        seed: seed)
      data.split = split
      state.data = data
      if split.duplicates > 0 {
        notice("\(split.duplicates) held-out rows stand in the training part too")
      }
      return .record(
        Record([
          ("train", .int(split.train.count)), ("valid", .int(split.valid.count)),
          ("test", .int(split.test.count)),
        ]))
    } catch {
      throw VerbFailure("E0424", error.reason, help: error.fix.beginningInLowerCase)
    }
  }

  func seed(_ call: VerbCall) throws(VerbFailure) -> Value {
    let value = call.int("value") ?? 0
    state.seed = UInt64(value)
    return .record(Record([("seed", .int(value))]))
  }

  func tokenize(_ call: VerbCall) throws(VerbFailure) -> Value {
    let tokenizer = try requireModel("tokenize").loaded.tokenizer
    let ids = tokenizer.encode(
      call.text("text") ?? "", parseSpecial: call.bool("special") ?? true)
    // A character of several tokens stands with the last of them.
    var decoder = StreamingDecoder(tokenizer, skipsSpecial: false)
    var pieces = ids.map { decoder.append($0) }
    if let last = pieces.indices.last { pieces[last] += decoder.finish() }
    return .record(
      Record([
        ("ids", .list(ids.map { .int(Int($0)) })),
        ("pieces", .list(pieces.map { .string($0) })),
        ("count", .int(ids.count)),
      ]))
  }
}
