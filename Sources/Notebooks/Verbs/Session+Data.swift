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
    do throws(DataError) {
      let dataset = try Dataset(
        reading: source, options: try options(call), text: model.loaded.text)
      state.data = DataInUse(dataset: dataset, split: nil)
      report(dataset.summary, of: source)
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

  private func options(_ call: VerbCall) throws(DataError) -> DatasetOptions {
    var names: [String: String] = [:]
    for field in call.record("columns")?.fields ?? [] {
      names[field.name] = field.value.text ?? field.value.source
    }
    return DatasetOptions(
      format: call.text("format").flatMap { DatasetFormat(rawValue: $0) },
      columns: try ColumnMapping(columns: names, cutAfter: call.text("cut_after")),
      template: call.text("template") ?? "auto",
      mask: call.text("mask").flatMap { LossMask(rawValue: $0) } ?? .completion,
      maxLength: call.int("max_length") ?? 512)
  }

  /// Says what a person should know before training: the decision on the format, and every row that
  /// is not used as it stands.
  private func report(_ summary: DatasetSummary, of source: DatasetSource) {
    notice(summary.detection.statement)
    notice(
      "the token that ends a reply is trained in \(summary.endsTrained) of \(summary.rows) rows")
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
    do throws(DataError) {
      let again = try Dataset(
        reading: dataset.source, options: dataset.options, text: model.text)
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
