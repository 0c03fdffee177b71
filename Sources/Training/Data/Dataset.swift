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
    let (rows, notices) = try Self.rows(of: source, options)
    let detection = try FormatDetection(of: rows, file: source.name, options: options)
    let template = try Self.template(for: detection.format, source, options, text)
    self.source = source
    self.options = options
    summary = DatasetSummary(detection: detection, template: template.name)
    summary.fileNotices = notices
    let encoder = ExampleEncoder(text: text, template: template, options: options)
    let keys = FormatKeys(
      detection.format, options.columns, givesTurns: template.runsProgram)
    for row in rows {
      do throws(RowRejection) {
        try add(row, keys, encoder)
      } catch {
        summary.skipped.append(RowNote(line: row.line, reason: error.reason))
      }
    }
    if examples.isEmpty, let first = summary.skipped.first {
      throw DataError(
        file: source.name, line: first.line,
        reason: "none of the \(rows.count) rows can be used; this one: \(first.reason)",
        fix: "Correct the rows, or read them in another way (format, columns, max_length)")
    }
  }

  /// The rows as they stand, threads as conversations, and what to say of the file.
  private static func rows(
    of source: DatasetSource, _ options: DatasetOptions
  ) throws(DataError) -> ([DatasetRow], notices: [String]) {
    let (rows, notice) = try RowReader.read(source, columns: options.columns)
    let notices = notice.map { [$0] } ?? []
    guard options.format == nil || options.format == .messages,
      let threads = try ThreadReader.conversations(of: rows, file: source.name)
    else { return (rows, notices) }
    return (threads.rows, notices + [threads.notice])
  }

  private mutating func add(
    _ row: DatasetRow, _ keys: FormatKeys, _ encoder: ExampleEncoder
  ) throws(RowRejection) {
    let content = try keys.format.content(of: row.object, columns: options.columns)
    let example = Example(content, line: row.line)
    let (tokenized, cut) = try encoder.encode(example)
    let trained = tokenized.trainedCount
    guard trained > 0 else { throw RowRejection(reason: "it has no token to learn") }
    examples.append(example)
    self.tokenized.append(tokenized)
    summary.rows += 1
    summary.tokens += tokenized.tokens.count
    summary.trainedTokens += trained
    summary.endsTrained += encoder.endsTrained(tokenized) ? 1 : 0
    summary.longest = max(summary.longest, tokenized.tokens.count)
    if let cut { summary.cut.append(RowNote(line: row.line, reason: cut)) }
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
