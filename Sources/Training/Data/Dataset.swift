import Tokenizers

/// Instruction data, ready for training: the rows as they were meant and as the model reads them.
package struct Dataset: Equatable, Sendable {
  package let source: DatasetSource
  package let options: DatasetOptions
  /// The rows in use, in the file's order.
  package private(set) var examples: [Example] = []
  /// The same rows as tokens.
  package private(set) var tokenized: [TokenizedExample] = []
  package private(set) var summary: DatasetSummary

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
    let given = options
    var options = options
    let read = try SourceReader(source, options)
    let rows = read.rows
    var notices = read.notices
    if let shape = KnownShape.shape(of: rows, options) {
      (options.format, options.columns.names) = (shape.format, shape.columns)
      notices.append(shape.statement)
    }
    let detection = try FormatDetection(of: rows, file: source.name, options: options)
    let template = try Self.template(for: detection.format, source, options, text)
    self.source = source
    self.options = given
    summary = DatasetSummary(detection: detection, template: template.name)
    summary.fileNotices = notices
    let encoder = ExampleEncoder(text: text, template: template, options: options)
    let keys = FormatKeys(
      detection.format, options.columns, givesTurns: template.runsProgram)
    var seen: Set<UInt64> = []
    for row in rows {
      do throws(RowRejection) {
        try add(row, keys, encoder, &seen)
      } catch {
        summary.skipped.append(
          RowNote(line: row.line, reason: error.reason, file: row.file))
      }
    }
    if examples.isEmpty, let first = summary.skipped.first {
      throw DataError(
        file: first.file ?? source.name, line: first.line,
        reason: "none of the \(rows.count) rows can be used; this one: \(first.reason)",
        fix: "Correct the rows, or read them in another way (format, columns, max_length)")
    }
  }

  /// For each row the places of its examples: one, or the pieces of a long text.
  package var rows: [Range<Int>] {
    let starts = tokenized.indices.filter { !tokenized[$0].continues }
    let ends = starts.dropFirst() + [tokenized.count]
    return zip(starts, ends).map { $0..<$1 }
  }

  private mutating func add(
    _ row: DatasetRow, _ keys: FormatKeys, _ encoder: ExampleEncoder, _ seen: inout Set<UInt64>
  ) throws(RowRejection) {
    let content = try keys.format.content(of: row.object, columns: encoder.options.columns)
    let example = Example(content, line: row.line, file: row.file)
    let (pieces, cut) = try encoder.encode(example)
    guard pieces.contains(where: { $0.trainedCount > 0 }) else {
      throw RowRejection(reason: "it has no token to learn")
    }
    for piece in pieces {
      examples.append(example)
      tokenized.append(piece)
      summary.add(piece)
    }
    if pieces.count > 1 { summary.longTexts += 1 }
    summary.endsTrained += pieces.contains(where: encoder.endsTrained) ? 1 : 0
    if pieces.count == 1, !seen.insert(pieces[0].identity).inserted { summary.repeated += 1 }
    if let cut { summary.cut.append(RowNote(line: row.line, reason: cut, file: row.file)) }
    summary.special.add(
      encoder.specialNames(in: example), areTokens: encoder.parsesNames(of: example))
    summary.count(row, content, keys, options.mask)
  }

  private static func template(
    for format: DatasetFormat, _ source: DatasetSource, _ options: DatasetOptions,
    _ text: ModelText
  ) throws(DataError) -> ChatTemplate {
    if format == .text, options.columns.cutAfter == nil {
      guard ["auto", "none"].contains(options.template) else {
        throw DataError(
          file: source.name, reason: "plain text has no turns for the template \(options.template)",
          fix: "Leave the template out, or cut the text: cut_after: \"\\nA:\"")
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
