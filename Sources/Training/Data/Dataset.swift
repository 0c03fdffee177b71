import Files
import Tokenizers

/// Instruction data, ready for training: the rows as they were meant and as the model reads them.
package struct Dataset: Sendable {
  package let source: DatasetSource
  package let options: DatasetOptions
  /// The examples in use as tokens, in the file's order: of each row one, or the pieces of a long text.
  package private(set) var tokenized = TokenizedRows()
  package private(set) var summary: DatasetSummary
  private let rowsOfSource: SourceRows
  private let keys: FormatKeys
  private let shape: KnownShape?
  /// The rows in use: where each is, and its first example.
  private var places: [(row: SourceRows.Place, example: Int)] = []

  /// Reads, detects, renders and tokenizes.
  ///
  /// Throws for what no row can be read from (no file, text that is not JSON, no format, no
  /// template, no usable row); single rows that cannot be used are skipped and noted.
  package init(
    reading source: DatasetSource, options: DatasetOptions, text: ModelText
  ) throws(DataError) {
    guard options.maxLength >= 2 else {
      throw DataError(
        file: source.name, reason: "max_length is \(options.maxLength), too short for any row",
        fix: "Give at least 2, or leave it out for 512")
    }
    let rows = try SourceRows(source, options)
    let (detection, shape) = try rows.tally.detection(file: source.name)
    var settled = options
    settled.columns = detection.columns
    let template = try Self.template(for: detection.format, source, settled, text)
    self.source = source
    self.options = options
    rowsOfSource = rows
    self.shape = shape
    keys = FormatKeys(detection.format, detection.columns, givesTurns: template.runsProgram)
    summary = DatasetSummary(detection: detection, template: template.name)
    summary.dropsRepeated = options.dropsRepeated
    summary.fileNotices = rows.notices + (shape.map { [$0.statement] } ?? [])
    let encoder = ExampleEncoder(text: text, template: template, options: settled)
    var seen: Set<UInt64> = []
    try rows.forEachRow { row, place throws(DataError) in
      let encoded: EncodedRow
      do throws(RowRejection) {
        encoded = try self.encoded(row, with: encoder)
      } catch {
        return summary.skip(RowNote(line: row.line, reason: error.reason, file: row.file))
      }
      if !seen.insert(encoded.identity).inserted {
        summary.countRepeated(line: row.line, file: row.file)
        if options.dropsRepeated { return }
      }
      summary.count(
        encoded.row, encoded.example, encoded.pieces, encoded.cut, keys, with: encoder)
      try keep(encoded.pieces, of: place)
    }
    if tokenized.isEmpty, let first = summary.skipped.first {
      throw DataError(
        file: first.file ?? source.name, line: first.line,
        reason: "none of the \(rows.tally.rows) rows can be used; this one: \(first.reason)",
        fix: "Correct the rows, or read them in another way (format, columns, max_length)")
    }
    if let (folder, bytes) = tokenized.file {
      summary.fileNotices.append(
        "the tokens are in a temporary file in \(folder) (\(bytes >> 20) MB), not in memory")
    }
  }

  /// For each row the places of its examples: one, or the pieces of a long text.
  package var rows: [Range<Int>] {
    places.indices.map { index in
      places[index]
        .example..<(index + 1 < places.count ? places[index + 1].example : tokenized.count)
    }
  }

  /// Whether rows are texts to continue, and not prompts with their replies.
  package var hasPlainTexts: Bool {
    keys.format == .segments
      || keys.format == .text && summary.detection.columns.cutAfter == nil
  }

  /// The row of an example as it was meant, read again where it is not kept.
  ///
  /// - Throws: where the file has changed since.
  package func example(at place: Int) throws(DataError) -> Example {
    let outline = tokenized.outline(place)
    var row = try rowsOfSource.row(at: self.place(of: place))
    (row.line, row.file) = (outline.line, file(ofExample: place))
    do throws(RowRejection) {
      return try example(of: rewritten(row))
    } catch {
      throw DataError(
        file: row.file ?? source.name, line: row.line, reason: error.reason,
        fix: "Run the `dataset` line once more")
    }
  }

  /// The file of an example, where a dataset has several.
  package func file(ofExample place: Int) -> String? {
    rowsOfSource.file(of: self.place(of: place))
  }

  /// Where the row of an example is.
  private func place(of example: Int) -> SourceRows.Place {
    var (low, high) = (0, places.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if places[middle].example <= example { low = middle } else { high = middle }
    }
    return places[low].row
  }

  /// The row with the keys of its format.
  private func rewritten(_ row: DatasetRow) throws(RowRejection) -> DatasetRow {
    guard let rewriting = shape?.rewriting else { return row }
    return DatasetRow(object: try rewriting(row.object), line: row.line, file: row.file)
  }

  private func example(of row: DatasetRow) throws(RowRejection) -> Example {
    let content = try keys.format.content(of: row.object, columns: summary.detection.columns)
    return Example(content, line: row.line, file: row.file)
  }

  /// A row as it was meant and as the model reads it.
  private struct EncodedRow {
    /// With the keys of its format.
    let row: DatasetRow
    let example: Example
    /// One, or the pieces of a long text; never none.
    let pieces: [TokenizedExample]
    /// What of it was cut, and why.
    let cut: String?

    /// A hash of all its tokens, equal for equal rows.
    var identity: UInt64 {
      pieces.dropFirst().reduce(pieces[0].identity) { hash, piece in
        (hash << 31 | hash >> 33) &* 0x9e37_79b9_7f4a_7c15 ^ piece.identity
      }
    }
  }

  private func encoded(
    _ row: DatasetRow, with encoder: ExampleEncoder
  ) throws(RowRejection) -> EncodedRow {
    let row = try rewritten(row)
    let example = try example(of: row)
    let (pieces, cut) = try encoder.encode(example)
    guard pieces.contains(where: { $0.trainedCount > 0 }) else {
      throw RowRejection(reason: "it has no token to learn")
    }
    return EncodedRow(row: row, example: example, pieces: pieces, cut: cut)
  }

  private mutating func keep(
    _ pieces: [TokenizedExample], of place: SourceRows.Place
  ) throws(DataError) {
    places.append((place, tokenized.count))
    do throws(FileError) {
      for piece in pieces { try tokenized.append(piece) }
    } catch {
      throw DataError(file: error.file, reason: error.cause, fix: error.fix)
    }
  }

  private static func template(
    for format: DatasetFormat, _ source: DatasetSource, _ options: DatasetOptions,
    _ text: ModelText
  ) throws(DataError) -> ChatTemplate {
    if format == .segments || format == .text && options.columns.cutAfter == nil {
      guard ["auto", "none"].contains(options.template) else {
        throw DataError(
          file: source.name, reason: "plain text has no turns for the template \(options.template)",
          fix: "Leave the template out"
            + (format == .text ? ", or cut the text: cut_after: \"\\nA:\"" : ""))
      }
      return text.plainTemplate
    }
    let isChat = format == .messages || format == .sharegpt
    if isChat, options.template == "auto", text.ownTemplate == nil {
      throw DataError(
        file: source.name, reason: "its conversations need a chat template, and the model has none",
        fix: "Choose one by name, for example template: chatml")
    }
    do {
      var template = try text.template(
        named: options.template, fallback: format == .alpaca ? "alpaca" : "none")
      template.date = options.date
      return template
    } catch {
      throw DataError(file: source.name, reason: "its template cannot be used", fix: "\(error)")
    }
  }
}

extension Dataset: Equatable {
  package static func == (left: Dataset, right: Dataset) -> Bool {
    left.source == right.source && left.options == right.options && left.summary == right.summary
      && left.tokenized == right.tokenized
  }
}
